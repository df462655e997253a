internal import BuildspecModel

/// Findings as text: each finding with its line of the file, then their number.
enum FindingsText {
    /// Writes the findings of all files, and a last line with their number.
    static func print(_ files: [FileFindings]) -> String {
        var text = ""
        for file in files {
            for finding in file.result.diagnostics {
                text += finding.rendered(file: file.file, source: file.result.source) + "\n"
            }
            if file.isOnlyBatch {
                text += "\(file.file): a batch without commands; 'run' refuses it\n"
            }
        }
        return text + summary(files) + "\n"
    }

    private static func summary(_ files: [FileFindings]) -> String {
        let errors = files.map { $0.result.count(.error) }.reduce(0, +)
        let warnings = files.map { $0.result.count(.warning) }.reduce(0, +)
        let subject = files.count == 1 ? files[0].file : counted(files.count, "file")
        guard errors + warnings > 0 else { return "\(subject): no findings" }
        let parts = [counted(errors, "error"), counted(warnings, "warning")]
            .filter { !$0.hasPrefix("0 ") }
        return "\(subject): \(parts.joined(separator: ", "))"
    }

    private static func counted(_ count: Int, _ noun: String) -> String {
        "\(count) \(noun)\(count == 1 ? "" : "s")"
    }
}
