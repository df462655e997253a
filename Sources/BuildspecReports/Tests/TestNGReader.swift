internal import BuildspecSyntax

/// A reader of TestNG's XML.
///
/// Configuration methods are not cases.
enum TestNGReader {
    static func read(
        _ source: any ByteSource,
        _ options: ReadOptions
    ) throws(SyntaxFault) -> ReadReport {
        let handler = TestNGHandler(options)
        try XMLStream.read(source, handler)
        return ReadReport(report: .tests(handler.builder.report))
    }
}

private final class TestNGHandler: XMLHandler {
    let builder: TestXMLBuilder
    /// The name of the class whose methods follow.
    private var className = ""

    init(_ options: ReadOptions) {
        builder = TestXMLBuilder(options)
    }

    func start(_ element: XMLElement, depth: Int) throws(ContentFault) -> XMLText {
        if depth == 0 { try element.require("testng-results") }
        switch element.name {
        case "suite": builder.start(suite: element["name"] ?? "", depth)
        case "class": className = element["name"] ?? ""
        case "test-method": startMethod(element, depth)
        case "exception" where builder.level(depth) == 1 && builder.text == .collected:
            // The class is the message of an exception that has none.
            let thrown = element["class"] ?? ""
            builder.update { $0.message = thrown }
        case "message" where builder.level(depth) == 2,
            "short-stacktrace" where builder.level(depth) == 2,
            "full-stacktrace" where builder.level(depth) == 2:
            return builder.text
        default: break
        }
        return .ignored
    }

    func end(_ name: XMLName, depth: Int, text: String?) throws(ContentFault) {
        guard let text else {
            builder.end(depth)
            return
        }
        if name != "message" {
            builder.update { $0.details = text }
        } else if text.contains(where: { !$0.isWhitespace }) {
            builder.update { $0.message = text }
        }
    }

    private func startMethod(_ element: XMLElement, _ depth: Int) {
        guard element["is-config"]?.lowercased() != "true" else { return }
        let status: TestStatus =
            switch element["status"]?.uppercased() {
            case "PASS": .succeeded
            case "FAIL": .failed
            case "SKIP": .skipped
            default: .unknown
            }
        let duration = TestDuration.nanoseconds(element["duration-ms"], unit: 0.001)
        var testCase = OpenCase(depth: depth, status: status, nanoseconds: duration)
        if builder.keeps(status) {
            testCase.prefix = className
            // A signature is `method(int)[pri:0, instance:…]`.
            let signature = element["signature"].map { String($0.prefix { $0 != "(" }) }
            testCase.name = element["name"] ?? signature ?? ""
        }
        builder.start(testCase)
    }
}
