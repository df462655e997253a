internal import BuildspecFiles
internal import SystemPackage

/// What is done to everything that goes to standard error, wherever it was found.
///
/// An error quotes what it is about, which can be a key in the place of a file's name; and what the
/// system says of too many open files tells nobody what to do.
enum ErrorText {
    /// The text without private keys, and with the remedy of errors that have one.
    static func finished(_ text: String) -> String {
        let text = text.hidingSigningKeys
        let full = Errno.tooManyOpenFiles.description
        guard text.contains(full) else { return text }
        let remedy = "the limit is \(SpareDescriptors.limit); raise it with 'ulimit -n'"
        return text.split(separator: "\n", omittingEmptySubsequences: false).map { line in
            line.contains(full) && !line.contains("ulimit -n")
                ? String(line).replacing(full, with: "\(full) (\(remedy))", maxReplacements: 1)
                : String(line)
        }.joined(separator: "\n")
    }
}
