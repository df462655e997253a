internal import ArgumentParser
internal import BuildspecModel
internal import SystemPackage

/// The check for a store's directory that the user probably means otherwise.
///
/// A shell expands `~`, `$NAME` and quotes in a word of a command, but not in single quotes or in a
/// variable's value. The store would be a directory with an unexpected name.
enum StorePathText {
    /// Returns the problem of a directory's text, and its remedy; `nil` if the directory exists.
    static func problem(in text: String, of option: String) -> String? {
        guard !Host.exists(FilePath(text)) else { return nil }
        let names: Set<FindingName> = [.quotedPath, .blankPath, .backslashPath]
        let oddities = PathOddity.all(in: text, .base)
        if let oddity = oddities.first(where: { names.contains($0.name) }) {
            return "\(option): \(oddity.message)"
        }
        let tail = text.firstIndex(of: "$").map { text[text.index(after: $0)...] } ?? ""
        let isVariable = tail.first.map { $0.isLetter || "_({".contains($0) } ?? false
        guard isVariable || text.contains("`") else { return nil }
        return
            "\(option): '$' in '\(text)' is not expanded; write the directory, or let the shell "
            + "expand it between double quotes"
    }
}
