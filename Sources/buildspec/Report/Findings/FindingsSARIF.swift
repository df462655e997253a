internal import BuildspecFiles
internal import BuildspecModel

/// Findings as SARIF 2.1.0, which code scanning services read.
enum FindingsSARIF {
    static func print(_ files: [FileFindings]) -> String {
        let found = files.flatMap { $0.result.diagnostics.map(\.name) }
        let rules =
            FindingName.allCases.map(\.rawValue)
            + Set(found.filter(FindingName.isShellCheck)).sorted()
        let run = JSONText.object([
            ("tool", .object([("driver", driver(rules))])),
            ("columnKind", .string("unicodeCodePoints")),
            ("results", .array(files.flatMap { results($0, rules) })),
        ])
        let log = JSONText.object([
            ("$schema", .string("https://json.schemastore.org/sarif-2.1.0.json")),
            ("version", .string("2.1.0")),
            ("runs", .array([run])),
        ])
        return log.pretty + "\n"
    }

    private static func driver(_ rules: [String]) -> JSONText {
        .object([
            ("name", .string("buildspec")),
            ("rules", .array(rules.map(rule))),
        ])
    }

    private static func rule(_ name: String) -> JSONText {
        guard let name = FindingName(rawValue: name) else {
            return .object([
                ("id", .string(name)),
                ("shortDescription", .object([("text", .string("ShellCheck \(name)"))])),
                ("helpUri", .string("https://www.shellcheck.net/wiki/\(name)")),
            ])
        }
        return .object([
            ("id", .string(name.rawValue)),
            ("shortDescription", .object([("text", .string(name.summary))])),
            ("defaultConfiguration", .object([("level", .string(name.severity.rawValue))])),
        ])
    }

    private static func results(_ file: FileFindings, _ rules: [String]) -> [JSONText] {
        file.result.diagnostics.map { finding in
            let index = rules.firstIndex(of: finding.name) ?? -1
            let codeBuild = finding.codeBuild.map { "\nCodeBuild: \($0)" } ?? ""
            return .object([
                ("ruleId", .string(finding.name)),
                ("ruleIndex", .number("\(index)")),
                ("level", .string(finding.severity.rawValue)),
                ("message", .object([("text", .string(finding.message + codeBuild))])),
                ("locations", .array([location(of: finding, in: file.file)])),
            ])
        }
    }

    private static func location(of finding: Diagnostic, in file: String) -> JSONText {
        let start = finding.range.start
        let end = finding.range.end
        let region = JSONText.object([
            ("startLine", .number("\(start.line)")),
            ("startColumn", .number("\(start.column)")),
            ("endLine", .number("\(end.line)")),
            ("endColumn", .number("\(end.column)")),
        ])
        let location = JSONText.object([
            ("artifactLocation", .object([("uri", .string(uri(of: file)))])),
            ("region", region),
        ])
        return .object([("physicalLocation", location)])
    }

    /// Encodes a path as a relative URI, in which only unreserved characters and `/` are not escaped.
    private static func uri(of path: String) -> String {
        PercentEscape.encode(path) { PercentEscape.isUnreserved($0) || $0 == UInt8(ascii: "/") }
    }
}
