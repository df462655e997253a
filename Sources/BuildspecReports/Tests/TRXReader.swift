internal import BuildspecSyntax

/// A reader of Visual Studio's test results.
///
/// Every `UnitTestResult` directly in `Results` is a case; the rows of a data-driven test are not.
enum TRXReader {
    static func read(
        _ source: any ByteSource,
        _ options: ReadOptions
    ) throws(SyntaxFault) -> ReadReport {
        let handler = TRXHandler(options)
        try XMLStream.read(source, handler)
        return ReadReport(report: .tests(handler.report))
    }
}

private final class TRXHandler: XMLHandler {
    private struct Definition {
        var name = ""
        var className = ""
    }

    /// The prefix of a case is the identifier of its definition until `report` replaces it.
    private let builder: TestXMLBuilder
    private var definitions: [String: Definition] = [:]
    private var definition: (id: String, value: Definition)?
    /// The bytes of definitions that are still kept for results that follow.
    private var definitionBytes = 16 << 20
    /// The identifiers of kept cases, once results are read.
    private var wanted: Set<String>?
    private var section = Section.other
    private var isTestRun = false
    private var isInError = false

    private enum Section {
        case results
        case definitions
        case other
    }

    init(_ options: ReadOptions) {
        builder = TestXMLBuilder(options)
    }

    /// The report, with classes and missing names from the definitions.
    var report: TestReport {
        var report = builder.report
        for index in report.cases.indices {
            let found = definitions[report.cases[index].prefix]
            let testCase = report.cases[index]
            let name = testCase.name.isEmpty ? found?.name ?? "" : testCase.name
            report.cases[index].prefix = TestCase.cut(
                found?.className ?? "",
                TestCase.maxNameLength
            )
            report.cases[index].name = TestCase.cut(name, TestCase.maxNameLength)
        }
        return report
    }

    func start(_ element: XMLElement, depth: Int) throws(ContentFault) -> XMLText {
        switch (depth, section) {
        case (0, _):
            try element.require("TestRun")
            isTestRun = element["xmlns"]?.contains("VisualStudio/TeamTest") == true
        case (1, _): startSection(element)
        case (2, .results) where element.name == "UnitTestResult": startResult(element, depth)
        case (_, .results): return resultText(element, depth)
        case (2, .definitions): startDefinition(element)
        case (3, .definitions) where element.name == "TestMethod":
            definition?.value.className = TRXHandler.className(element["className"] ?? "")
        default: break
        }
        return .ignored
    }

    func end(_ name: XMLName, depth: Int, text: String?) throws(ContentFault) {
        if let text {
            if name == "Message" {
                builder.update { $0.message = text }
            } else {
                builder.update { $0.setStackTrace(text) }
            }
            return
        }
        if isInError, name == "ErrorInfo" { isInError = false }
        builder.end(depth)
        if depth == 2, let done = definition {
            definitionBytes -=
                done.id.utf8.count + done.value.name.utf8.count + done.value.className.utf8.count
            definitions[done.id] = done.value
            definition = nil
        } else if depth == 1, section == .results {
            wanted = Set(builder.report.cases.map(\.prefix))
        } else if depth == 0, !isTestRun {
            throw ContentFault("expected <Results> or <TestDefinitions> in <TestRun>")
        }
    }

    private func startSection(_ element: XMLElement) {
        section =
            switch element.name {
            case "Results": .results
            case "TestDefinitions": .definitions
            default: .other
            }
        isTestRun = isTestRun || section != .other || element.name == "ResultSummary"
    }

    private func startResult(_ element: XMLElement, _ depth: Int) {
        let status = TRXHandler.status(element["outcome"])
        let duration = TestDuration.nanoseconds(element["duration"])
        var testCase = OpenCase(depth: depth, status: status, nanoseconds: duration)
        if builder.keeps(status) {
            testCase.prefix = element["testId"] ?? ""
            testCase.name = element["testName"] ?? ""
        }
        builder.start(testCase)
    }

    private func resultText(_ element: XMLElement, _ depth: Int) -> XMLText {
        switch (builder.level(depth), element.name) {
        case (2, "ErrorInfo"): isInError = true
        case (3, "Message") where isInError, (3, "StackTrace") where isInError: return builder.text
        default: break
        }
        return .ignored
    }

    private func startDefinition(_ element: XMLElement) {
        guard let id = element["id"], definitionBytes > 0, wanted?.contains(id) != false
        else { return }
        definition = (id, Definition(name: element["name"] ?? ""))
    }

    /// A missing outcome is an error, which is the default of the schema.
    private static func status(_ outcome: String?) -> TestStatus {
        switch outcome?.lowercased() {
        case "passed", "passedbutrunaborted": .succeeded
        case "failed": .failed
        case nil, "error", "timeout", "aborted": .error
        case "notexecuted", "notrunnable", "disconnected", "pending": .skipped
        default: .unknown
        }
    }

    /// Returns the class of `Namespace.Class, Assembly, Version=…`; type arguments can hold commas.
    private static func className(_ name: String) -> String {
        var open = 0
        return String(
            name.prefix { character in
                if character == "[" { open += 1 }
                if character == "]" { open -= 1 }
                return character != "," || open > 0
            }
        )
    }
}
