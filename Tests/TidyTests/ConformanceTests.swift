import Testing

/// The rules of `docs/conformance.md`, which all have tests that exist.
@Suite struct `Conformance page` {
    private static let page = "docs/conformance.md"

    @Test func `every rule says what buildspec does and names tests that exist`() throws {
        let rows = try Self.rows()
        #expect(rows.count > 100)
        var sources: [String: SourceFile] = [:]
        for file in try Repository.files(below: "Tests", suffix: ".swift") {
            sources[file.path] = file
        }
        let findings = rows.flatMap { row in
            row.problems(in: sources).map { "\(Self.page):\(row.line): \(row.id): \($0)" }
        }
        #expect(findings == [])
    }

    @Test func `every rule has a different ID`() throws {
        let ids = try Self.rows().map(\.id)
        let doubled = Dictionary(grouping: ids) { $0 }.filter { $0.value.count > 1 }.keys
        #expect(doubled.sorted() == [])
    }

    @Test func `the mistakes in a row are found`() throws {
        let file = SourceFile(
            path: "Tests/A/B.swift",
            lines: [
                "    @Test func `it works`() {}", "    @Test(.disabled()) func `it does not`() {}",
            ]
        )
        func problems(_ line: String) -> [String] {
            ConformanceRow(line[...], 1)?.problems(in: [file.path: file]) ?? ["not a row"]
        }
        #expect(problems("| P-1 | a | b | as CodeBuild | `A/B.swift`: it works |") == [])
        #expect(problems("| P-1 | a | b | as CodeBuild | |").count == 1)
        #expect(problems("| P-1 | a | b | as CodeBuild | `A/B.swift`: it |").count == 1)
        #expect(problems("| P-1 | a | b | as CodeBuild | `A/B.swift`: it does not |").count == 1)
        #expect(problems("| P-1 | a | b | as CodeBuild | `A/C.swift`: it works |").count == 1)
        #expect(problems("| P-1 | a | b | perhaps | `A/B.swift`: it works |").count == 1)
        #expect(problems("| P-1 | a | | as CodeBuild | `A/B.swift`: it works |").count == 1)
        #expect(problems("| P-1 | a | b | as CodeBuild; `A/B.swift`: it works |").count == 1)
        #expect(problems("| id | rule | source | here | tests |") == ["not a row"])
    }

    private static func rows() throws -> [ConformanceRow] {
        let lines = try Repository.file(page).lines
        return lines.indices.compactMap { ConformanceRow(lines[$0], $0 + 1) }
    }
}

/// A row of the table: ID, rule, source, the behaviour of buildspec, tests.
private struct ConformanceRow {
    var id: String
    var line: Int
    private var cells: [String]

    /// Parses a line; `nil` if the line is not a row, or is the head of a table.
    init?(_ text: Substring, _ line: Int) {
        let bar = "\u{1}"
        let cells = text.replacing("\\|", with: bar).split(
            separator: "|",
            omittingEmptySubsequences: false
        )
        .map { $0.replacing(bar, with: "|").trimmed }
        guard cells.count > 2, cells[1].wholeMatch(of: #/[A-Z]+-[0-9]+/#) != nil else { return nil }
        id = cells[1]
        self.line = line
        self.cells = Array(cells[2..<(cells.count - 1)])
    }

    func problems(in sources: [String: SourceFile]) -> [String] {
        guard cells.count == 4 else { return ["\(cells.count + 1) cells instead of 5"] }
        var problems: [String] = []
        if cells[0].isEmpty || cells[1].isEmpty {
            problems.append("the rule or the source is empty")
        }
        let answers = ["as CodeBuild", "differs: ", "choice: "]
        if !answers.contains(where: { cells[2].hasPrefix($0) }) {
            problems.append("does not begin with one of \(answers)")
        }
        let tests = cells[3].split(separator: "<br>").map { $0.trimmed }
        return problems + (tests.isEmpty ? ["no test"] : tests.compactMap { problem($0, sources) })
    }

    /// Returns the problem of `` `Target/File.swift`: the test's name ``, or `nil`.
    private func problem(_ test: String, _ sources: [String: SourceFile]) -> String? {
        guard let match = test.wholeMatch(of: #/`([^`]+)`: (.+)/#) else {
            return "'\(test)' is not a file and a name"
        }
        guard let source = sources["Tests/\(match.1)"] else {
            return "the file '\(match.1)' does not exist"
        }
        guard let line = source.lines.first(where: { $0.contains("func `\(match.2)`(") }) else {
            return "'\(match.1)' has no test '\(match.2)'"
        }
        return line.contains(".disabled(") ? "'\(match.2)' is disabled" : nil
    }
}

extension StringProtocol {
    fileprivate var trimmed: String {
        let text = drop { $0 == " " }
        return String(text.reversed().drop { $0 == " " }.reversed())
    }
}
