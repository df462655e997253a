import Foundation
import TestSupport
import Testing

@testable import BuildspecModel

@Suite(.timed) struct `Key table` {
    @Test(arguments: KeyTable.locations.map(\.path))
    func `every key of the table is read into the model`(path: String) throws {
        let location = try #require(KeyTable.location(at: path))
        let options = ParseOptions(startsBatch: true)
        let with = Buildspec.parse(Array(location.exampleDocument.utf8), options: options)
        let without = Buildspec.parse(
            Array(location.document(isKeyIncluded: false).utf8),
            options: options
        )
        let known: Set<String> = ["unknown-key", "misplaced-key", "recased-key"]
        #expect(with.buildspec != nil, "\(location.exampleDocument)\(with.diagnostics)")
        #expect(!with.diagnostics.contains { known.contains($0.name) })
        if location.row.name == "type", path.contains("artifacts") {
            #expect(with.diagnostics.map(\.name).contains("deprecated-key"))
        } else {
            #expect(with.buildspec != without.buildspec, "\(location.exampleDocument)")
        }
    }

    @Test(arguments: KeyTable.locations.map(\.path))
    func `every key has an explanation, and its usual mistakes have suggestions`(
        path: String
    ) throws {
        let location = try #require(KeyTable.location(at: path))
        let explanation = try #require(KeyTable.explanation(of: path))
        #expect(explanation.contains(location.row.summary.prefix(30)))
        for line in explanation.split(separator: "\n") { #expect(line.count <= 80, "\(line)") }
        for mistake in location.row.mistakes {
            #expect(!KeyTable.suggestions(for: mistake).isEmpty)
        }
    }

    @Test func `a usual mistake is not a key of its mapping and belongs to one key only`() {
        for shape in [KeyTable.root] + KeyTable.shapes(in: KeyTable.root) {
            let mistakes = shape.rows.flatMap(\.mistakes)
            let names = Set(shape.rows.map(\.name))
            #expect(mistakes.allSatisfy { !names.contains($0) }, "\(shape.name)")
            let twice = mistakes.filter { mistake in mistakes.count { $0 == mistake } > 1 }
            #expect(twice.allSatisfy { $0 == "build-batch" }, "\(shape.name): \(twice)")
        }
    }

    @Test func `a name that the user chooses is explained by its section`() {
        #expect(KeyTable.explanation(of: "env.variables.HOME")?.contains("plain text") == true)
        #expect(KeyTable.explanation(of: "reports.unit.files")?.contains("report files") == true)
        #expect(KeyTable.explanation(of: "phases.deploy") == nil)
        #expect(
            KeyTable.suggestions(for: "phases.build.on-failur").first == "phases.build.on-failure"
        )
    }

    @Test func `every finding has a distinct name and an explanation`() {
        for name in FindingName.allCases {
            #expect(name.rawValue.allSatisfy { $0.isLowercase || $0 == "-" })
            #expect(name == .ignoreComment || name.summary != FindingName.ignoreComment.summary)
            #expect(name.explanation.contains(name.rawValue))
        }
    }
}

@Suite(.timed) struct `Generated files` {
    private static let docs = URL(filePath: PackageFiles.path("docs"))

    /// Compares a file with the generated text; if BUILDSPEC_WRITE_DOCS is set, writes it before.
    private func check(_ name: String, _ text: String) throws {
        let file = Self.docs.appending(path: name)
        if ProcessInfo.processInfo.environment["BUILDSPEC_WRITE_DOCS"] != nil {
            try FileManager.default.createDirectory(
                at: Self.docs,
                withIntermediateDirectories: true
            )
            try Data(text.utf8).write(to: file)
        }
        let current = try String(contentsOf: file, encoding: .utf8)
        #expect(
            current == text,
            "docs/\(name) is stale; run 'BUILDSPEC_WRITE_DOCS=1 swift test --filter Generated'"
        )
    }

    @Test func `the reference page is up to date`() throws {
        let page = KeyTable.referencePage()
        try check("buildspec-reference.md", page)
        for location in KeyTable.locations { #expect(page.contains("### `\(location.path)`")) }
        for name in FindingName.allCases { #expect(page.contains("| `\(name.rawValue)` |")) }
    }

    @Test func `the JSON Schema is up to date and has every key`() throws {
        let text = KeyTable.jsonSchema()
        try check("buildspec.schema.json", text)
        let schema = try #require(
            try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any]
        )
        let definitions = try #require(schema["definitions"] as? [String: [String: Any]])
        for shape in KeyTable.shapes(in: KeyTable.root) {
            let properties = definitions[shape.name]?["properties"] as? [String: Any]
            #expect(Set(properties?.keys.map(\.self) ?? []) == Set(shape.rows.map(\.name)))
        }
    }
}

@Suite(
    .timed,
    .enabled("python3 with jsonschema and yaml is not on this machine") {
        await SchemaValidator.isInstalled()
    },
    .timeLimit(.minutes(1))
)
struct `JSON Schema` {
    @Test func `the JSON Schema accepts the same files in draft-07 and 2020-12 as buildspec`()
        async throws
    {
        let documents = KeyTable.locations.map(\.exampleDocument)
        let verdicts = try await SchemaValidator.verdicts(on: documents)
        for (document, verdict) in zip(documents, verdicts) {
            #expect(verdict == "", "\(document)\(verdict)")
        }
    }

    @Test(arguments: [
        "version: 0.3", "phases: {}", "version: 0.2\nphases: {deploy: {}}",
        "version: 0.2\nphases: {build: {commands: [{a: b}]}}",
        "version: 0.2\nphases: {build: {on-failure: STOP}}", "version: 0.2\nartifacts: {name: x}",
        "version: 0.2\nbatch: {build-list: [{identifier: a-b}]}",
        "version: 0.2\nbatch: {build-list: [], build-graph: []}",
        "version: 0.2\nbatch: {build-list: []}",
        "version: 0.2\nbatch: {build-matrix: {dynamic: {env: {image: []}}}}",
        "version: 0.2\nbatch: {build-matrix: {dynamic: {env: {variables: {V: []}}}}}",
        "version: 0.2\nreports: {unit: {files: []}}", "version: 0.2\nartifacts: {files: []}",
        "version: 0.2\ncache: {paths: []}",
        "version: 0.2\ncache: {fallback-keys: [a], paths: [b]}",
        "version: 0.2\nenv: {variables: {A: [b]}}", "version: 0.2\nreports: {unit: {}}",
    ])
    func `the JSON Schema refuses files that buildspec refuses`(document: String) async throws {
        let verdicts = try await SchemaValidator.verdicts(on: [document])
        #expect(verdicts.first?.isEmpty == false)
        #expect(!Buildspec.validate(Array(document.utf8)).diagnostics.isEmpty)
    }
}
