internal import BuildspecFiles
internal import SystemPackage

/// The processing of all text for standard error.
///
/// An error can quote a key that was passed instead of a file's name. The system's error for too many
/// open files has no remedy.
enum ErrorText {
    /// Removes private keys from a text, and adds the remedy for too many open files.
    static func processed(_ text: String) -> String {
        let text = text.hidingSigningKeys
        let tooMany = Errno.tooManyOpenFiles.description
        guard text.contains(tooMany) else { return text }
        let remedy = "the limit is \(SpareDescriptors.limit); raise it with 'ulimit -n'"
        return text.split(separator: "\n", omittingEmptySubsequences: false).map { line in
            line.contains(tooMany) && !line.contains("ulimit -n")
                ? String(line)
                    .replacing(tooMany, with: "\(tooMany) (\(remedy))", maxReplacements: 1)
                : String(line)
        }.joined(separator: "\n")
    }
}
