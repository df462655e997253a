import BuildspecModel
import Foundation
import TestSupport
import Testing

@testable import buildspec

@Suite(.timed) struct `Finding formats` {
    private let text =
        "version: 0.2\nphases:\n  build:\n    commands:\n      - set -e\n      - \"100%\": a\n"

    private var files: [FileFindings] {
        [
            FileFindings(file: "ci/a, b.yml", result: Buildspec.validate(Array(text.utf8))),
            FileFindings(file: "none.yml", result: .unreadable("cannot read the file: gone")),
        ]
    }

    private func object(_ text: String) throws -> [String: Any] {
        try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
    }

    @Test func `the text format ends with the number of findings`() {
        let clean = FileFindings(
            file: "buildspec.yml",
            result: Buildspec.validate(Array("version: 0.2\nphases: {}\n".utf8))
        )
        #expect(FindingsFormat.text.print([clean]) == "buildspec.yml: no findings\n")
        let lines = FindingsFormat.text.print(files).split(separator: "\n")
        #expect(lines.last == "2 files: 2 errors, 1 warning")
        #expect(lines.first?.hasPrefix("ci/a, b.yml:5:9: warning: 'set -e' holds only") == true)
        #expect(lines.contains("none.yml:1:1: error: cannot read the file: gone"))
    }

    @Test func `the JSON format has each finding with its position`() throws {
        let output = try object(FindingsFormat.json.print(files))
        #expect(output["version"] as? Int == 1)
        let list = try #require(output["files"] as? [[String: Any]])
        #expect(list.map { $0["file"] as? String } == ["ci/a, b.yml", "none.yml"])
        #expect(list.map { $0["passes"] as? Bool } == [false, false])
        let findings = try #require(list.first?["findings"] as? [[String: Any]])
        #expect(findings.map { $0["name"] as? String } == ["shell-option", "command-mapping"])
        #expect(findings.map { $0["severity"] as? String } == ["warning", "error"])
        #expect(findings.map { $0["line"] as? Int } == [5, 6])
        #expect(findings.map { $0["column"] as? Int } == [9, 9])
        #expect(findings.allSatisfy { ($0["codeBuild"] as? String)?.isEmpty == false })
    }

    @Test func `the SARIF format has rules, and results that refer to them`() throws {
        let log = try object(FindingsFormat.sarif.print(files))
        #expect(log["version"] as? String == "2.1.0")
        let run = try #require((log["runs"] as? [[String: Any]])?.first)
        let driver = (run["tool"] as? [String: Any])?["driver"] as? [String: Any]
        let rules = try #require(driver?["rules"] as? [[String: Any]])
        #expect(rules.count == FindingName.allCases.count)
        let results = try #require(run["results"] as? [[String: Any]])
        #expect(results.count == 3)
        for result in results {
            let index = try #require(result["ruleIndex"] as? Int)
            #expect(rules[index]["id"] as? String == result["ruleId"] as? String)
        }
        let location = (results[0]["locations"] as? [[String: Any]])?.first
        let physical = try #require(location?["physicalLocation"] as? [String: Any])
        let artifact = physical["artifactLocation"] as? [String: Any]
        #expect(artifact?["uri"] as? String == "ci/a%2C%20b.yml")
        #expect((physical["region"] as? [String: Any])?["startLine"] as? Int == 5)
    }

    @Test func `the GitHub format has an escaped line for each finding`() {
        let lines = FindingsFormat.github.print(files).split(separator: "\n")
        #expect(lines.count == 3)
        #expect(
            lines[0].hasPrefix(
                "::warning file=ci/a%2C b.yml,line=5,endLine=5,col=9,endColumn=15,title=shell-option::"
            )
        )
        #expect(lines[1].contains("%25"))
        #expect(lines[1].contains("%0ACodeBuild: "))
    }
}
