internal import BuildspecFiles
internal import BuildspecSyntax

/// A reader of JUnit's XML, as many tools write it.
///
/// Every `testcase` is a case. The counts that a suite states are not used, because tools disagree on
/// them; CodeBuild uses them.
enum JUnitReader {
    static func read(
        _ source: any ByteSource,
        _ options: ReadOptions
    ) throws(SyntaxFault) -> ReadReport {
        let handler = JUnitHandler(options)
        try XMLStream.read(source, handler)
        return ReadReport(report: .tests(handler.builder.report), warnings: handler.warnings)
    }
}

private final class JUnitHandler: XMLHandler {
    let builder: TestXMLBuilder
    /// The first suite with counts that CodeBuild refuses, and the number of such suites.
    private var refused: (first: String, count: Int)?

    init(_ options: ReadOptions) {
        builder = TestXMLBuilder(options)
    }

    var warnings: [String] {
        guard let refused else { return [] }
        let more = refused.count > 1 ? ", and \(refused.count - 1) more" : ""
        return [
            "CodeBuild refuses the test suite '\(refused.first)'\(more), "
                + "because it states fewer tests than failures, errors and skipped tests"
        ]
    }

    func start(_ element: XMLElement, depth: Int) throws(ContentFault) -> XMLText {
        if depth == 0 { try element.require("testsuites", "testsuite") }
        switch element.name {
        case "testcase":
            var testCase = OpenCase(
                depth: depth,
                status: .succeeded,
                nanoseconds: TestDuration.nanoseconds(element["time"])
            )
            // The children decide the state.
            if builder.keeps(.succeeded) || builder.keeps(.failed) {
                testCase.prefix = element["classname"] ?? ""
                testCase.name = element["name"] ?? ""
                testCase.locate(element["file"], element.integer("line"))
            }
            builder.start(testCase)
        case "testsuite":
            let name = element["name"] ?? ""
            builder.start(suite: name, depth)
            checkCounts(element, name)
        case "error": return outcome(.error, element, depth)
        case "failure": return outcome(.failed, element, depth)
        case "skipped": return outcome(.skipped, element, depth)
        default: break
        }
        return .ignored
    }

    func end(_ name: XMLName, depth: Int, text: String?) throws(ContentFault) {
        if let text {
            builder.update { $0.details = text }
        } else {
            builder.end(depth)
        }
    }

    /// Applies a child of a case; an error outranks a failure, and a failure outranks a skip.
    private func outcome(_ status: TestStatus, _ element: XMLElement, _ depth: Int) -> XMLText {
        guard builder.level(depth) == 1, let old = builder.status, old != status,
            old == .succeeded || old == .skipped || status == .error
        else { return .ignored }
        let isKept = builder.keeps(status)
        builder.update {
            $0.status = status
            $0.message = isKept ? element["message"] ?? "" : ""
            $0.details = ""
        }
        return builder.text
    }

    /// Notes a suite for which CodeBuild computes a negative number of passed tests.
    private func checkCounts(_ suite: XMLElement, _ name: String) {
        let counts = [
            suite.integer("failures"), suite.integer("errors"), suite.integer("skipped"),
        ]
        guard suite.integer("tests") ?? 0 < counts.map({ $0 ?? 0 }).clampedSum else { return }
        refused = (refused?.first ?? name, (refused?.count ?? 0) + 1)
    }
}
