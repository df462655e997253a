import Testing

/// The links in documents.
@Suite struct `Document links` {
    private static func documents() throws -> [SourceFile] {
        try [Repository.file("README.md"), Repository.file("CONTRIBUTING.md")]
            + Repository.files(below: "docs", suffix: ".md")
            + Repository.files(below: "examples", suffix: ".md")
    }

    @Test func `every relative link in a document names an existing file`() throws {
        let documents = try Self.documents()
        #expect(documents.count >= 5)
        let findings = documents.flatMap { document in
            document.lines.indices.flatMap { index in
                Self.targets(in: document.lines[index])
                    .filter { !Self.resolves($0, from: document.path) }
                    .map { document.finding(index, "the file of the link '\($0)' does not exist") }
            }
        }
        #expect(findings == [])
    }

    @Test(arguments: [
        ("see [a](docs/a.md) and [b](../b.md#part)", ["docs/a.md", "../b.md#part"]),
        ("`[x](y)` is [one](https://example.org)", ["y", "https://example.org"]),
        ("array[0] (not a link)", []),
    ])
    func `the links in a line are found`(line: String, targets: [String]) {
        #expect(Self.targets(in: line[...]) == targets)
    }

    private static func targets(in line: Substring) -> [String] {
        line.ranges(of: "](").compactMap { range in
            line[range.upperBound...].firstIndex(of: ")").map { end in
                String(line[range.upperBound..<end])
            }
        }
    }

    private static func resolves(_ target: String, from path: String) -> Bool {
        if target.contains("://") || target.hasPrefix("#") { return true }
        let file = target.prefix { $0 != "#" }
        let directory = path.split(separator: "/").dropLast()
        var components: [Substring] = Array(directory)
        for component in file.split(separator: "/") where component != "." {
            if component != ".." {
                components.append(component)
            } else if components.popLast() == nil {
                return false
            }
        }
        return Repository.exists(components.joined(separator: "/"))
    }
}
