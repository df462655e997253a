internal import BuildspecModel

/// Findings as workflow commands, which GitHub Actions shows at the lines of a change.
///
/// Source: GitHub Docs, "Workflow commands".
enum FindingsGitHub {
    static func print(_ files: [FileFindings]) -> String {
        files.map { file in
            file.result.diagnostics.map { line($0, of: file.file) + "\n" }.joined()
        }.joined()
    }

    private static func line(_ finding: Diagnostic, of file: String) -> String {
        let start = finding.range.start
        let end = finding.range.end
        var properties = [
            "file=\(CIMarkers.property(file))", "line=\(start.line)", "endLine=\(end.line)",
        ]
        // GitHub accepts columns only for an annotation of one line.
        if start.line == end.line {
            properties += ["col=\(start.column)", "endColumn=\(end.column)"]
        }
        properties.append("title=\(CIMarkers.property(finding.name))")
        let codeBuild = finding.codeBuild.map { "\nCodeBuild: \($0)" } ?? ""
        let text = CIMarkers.escaped(finding.message + codeBuild)
        return "::\(finding.severity.rawValue) \(properties.joined(separator: ","))::\(text)"
    }
}
