internal import BuildspecModel

/// Findings as one JSON object.
///
/// ```
/// {"version": 1, "files": [{"file": "buildspec.yml", "passes": false, "findings": [
///   {"severity": "error", "name": "unknown-phase", "message": "…",
///    "line": 3, "column": 3, "endLine": 3, "endColumn": 12, "codeBuild": "…"}]}]}
/// ```
///
/// Lines and columns count from 1, columns in Unicode scalars. `codeBuild` exists if CodeBuild's
/// behaviour is known. `isOnlyBatch` exists, and is true, for a file with a batch and no commands. New
/// keys can be added. While `version` is 1, no key changes its meaning.
enum FindingsJSON {
    static func print(_ files: [FileFindings]) -> String {
        let list = JSONText.array(files.map(object))
        return JSONText.object([("version", .number("1")), ("files", list)]).pretty + "\n"
    }

    private static func object(_ file: FileFindings) -> JSONText {
        var members: [(String, JSONText)] = [
            ("file", .string(file.file)),
            ("passes", .bool(file.result.passes)),
            ("findings", .array(file.result.diagnostics.map(object))),
        ]
        if file.isOnlyBatch { members.append(("isOnlyBatch", .bool(true))) }
        return .object(members)
    }

    private static func object(_ finding: Diagnostic) -> JSONText {
        var members: [(String, JSONText)] = [
            ("severity", .string(finding.severity.rawValue)),
            ("name", .string(finding.name)),
            ("message", .string(finding.message)),
            ("line", .number("\(finding.range.start.line)")),
            ("column", .number("\(finding.range.start.column)")),
            ("endLine", .number("\(finding.range.end.line)")),
            ("endColumn", .number("\(finding.range.end.column)")),
        ]
        if let codeBuild = finding.codeBuild { members.append(("codeBuild", .string(codeBuild))) }
        return .object(members)
    }
}
