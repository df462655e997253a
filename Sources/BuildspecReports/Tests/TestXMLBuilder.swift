internal import BuildspecSyntax

/// A test case whose element is not closed yet.
struct OpenCase {
    /// The depth of its element.
    let depth: Int
    var status: TestStatus
    var nanoseconds: Int64
    var prefix = ""
    var name = ""
    var message = ""
    /// What follows the message, such as a stack trace.
    var details = ""
    var file: String?
    var line: Int?

    init(depth: Int, status: TestStatus, nanoseconds: Int64) {
        self.depth = depth
        self.status = status
        self.nanoseconds = nanoseconds
    }

    /// Sets the source file and the line; a line below 1 is left out.
    mutating func locate(_ file: String?, _ line: Int?) {
        self.file = file
        self.line = file == nil ? nil : line.flatMap { $0 > 0 ? $0 : nil }
    }

    /// Sets the details to a stack trace of .NET, and the source file to that of its first frame.
    mutating func setStackTrace(_ trace: String) {
        details = trace
        if let frame = DotNetStackTrace.location(in: trace) { locate(frame.file, frame.line) }
    }
}

/// Builds the cases of a report from the elements of an XML document.
///
/// A reader opens suites and cases at the depth of their elements, and passes the end of every element.
final class TestXMLBuilder {
    private var collector: TestCollector
    private var open: [OpenCase] = []
    private var suites: [(depth: Int, name: String)] = []

    init(_ options: ReadOptions) {
        collector = TestCollector(limit: options.maxCases)
    }

    /// The report of all cases that are closed.
    var report: TestReport { collector.report() }

    /// The name of the innermost suite.
    var suite: String { suites.last?.name ?? "" }

    /// The state of the innermost case; `nil` outside of a case.
    var status: TestStatus? { open.isEmpty ? nil : open[open.count - 1].status }

    /// The number of levels between the innermost case and an element in it; 0 outside of a case.
    func level(_ depth: Int) -> Int {
        open.isEmpty ? 0 : depth - open[open.count - 1].depth
    }

    /// Whether a case in `status` is kept, so that its texts are necessary.
    func keeps(_ status: TestStatus) -> Bool { collector.keeps(status) }

    /// Whether the texts of the innermost case are collected.
    var text: XMLText {
        guard let status, keeps(status) else { return .ignored }
        return .collected
    }

    func start(suite name: String, _ depth: Int) {
        suites.append((depth, name))
    }

    func start(_ testCase: OpenCase) {
        open.append(testCase)
    }

    /// Changes the innermost case.
    func update(_ change: (inout OpenCase) -> Void) {
        guard !open.isEmpty else { return }
        change(&open[open.count - 1])
    }

    /// Closes the case or the suite whose element is at `depth`.
    func end(_ depth: Int) {
        if !open.isEmpty, open[open.count - 1].depth == depth {
            finish(open.removeLast())
        } else if suites.last?.depth == depth {
            suites.removeLast()
        }
    }

    private func finish(_ done: OpenCase) {
        guard keeps(done.status) else {
            collector.count(done.status, nanoseconds: done.nanoseconds)
            return
        }
        var texts = [done.message, done.details].map(\.trimmed)
        // Some tools, and `JUnitWriter`, repeat the message as the first line of the details.
        if texts[0] == String(texts[1].prefix { !$0.isNewline }).trimmed { texts[0] = "" }
        collector.add(
            TestCase(
                prefix: done.prefix,
                suite: suite,
                name: done.name,
                status: done.status,
                nanoseconds: done.nanoseconds,
                message: texts.filter { !$0.isEmpty }.joined(separator: "\n"),
                file: done.file,
                line: done.line
            )
        )
    }
}

extension String {
    /// The text without spaces and line ends around it.
    var trimmed: Substring {
        let start = drop { $0.isWhitespace }
        guard let end = start.lastIndex(where: { !$0.isWhitespace }) else { return "" }
        return start[...end]
    }
}
