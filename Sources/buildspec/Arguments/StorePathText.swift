internal import ArgumentParser
internal import BuildspecModel
internal import SystemPackage

/// Finds a store's directory that is meant otherwise than it is written.
///
/// A shell replaces `~`, `$NAME` and quotes only in a word of a command, and nobody does in single
/// quotes or in a variable's value. The store would be a directory of an odd name.
enum StorePathText {
    /// Looks at a directory's text.
    ///
    /// - Parameters:
    ///   - text: the directory as it is given.
    ///   - option: the option or variable that gives it.
    /// - Returns: what is odd and what to write; `nil` if it is what it seems, or is there.
    static func oddity(in text: String, of option: String) -> String? {
        guard !Host.exists(FilePath(text)) else { return nil }
        let telling: Set<FindingName> = [.quotedPath, .blankPath, .backslashPath]
        if let odd = PathOddity.all(in: text, .output).first(where: { telling.contains($0.name) }) {
            return "\(option): \(odd.message)"
        }
        let start = text.firstIndex(of: "$").map { text[text.index(after: $0)...] } ?? ""
        let isReplaced = start.first.map { $0.isLetter || "_({".contains($0) } ?? false
        guard isReplaced || text.contains("`") else { return nil }
        return
            "\(option): nothing is put in for '$' in '\(text)'; write the directory itself, or let "
            + "the shell put it in, between double quotes"
    }
}
