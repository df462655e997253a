internal import BuildspecFiles
internal import BuildspecSyntax

/// Reads Cucumber's JSON: every scenario is a case, and its feature is the suite.
///
/// The prefix is the `uri` of the feature, because two features can have the same name; without a `uri`
/// it is the name. A background is not a case: if it fails, its scenario is skipped, and has its message.
struct CucumberReader {
    private var tokens: JSONTokens
    private var collector: TestCollector
    private let limit: Int
    /// The kept cases of the open feature, whose `uri` and name can come after them.
    private var pending: [TestCase] = []
    private var pendingFailures = 0
    /// The message of a background that did not pass, for the scenario after it.
    private var backgroundMessage = ""
    /// The first duration that CodeBuild refuses, and the number of such durations.
    private var refused: (text: String, line: Int, count: Int) = ("", 0, 0)

    static func read(
        _ source: any ByteSource,
        _ options: ReadOptions
    ) throws(SyntaxFault) -> ReadReport {
        var reader = CucumberReader(source, options)
        try reader.readFeatures()
        return ReadReport(report: .tests(reader.collector.report()), warnings: reader.warnings)
    }

    private init(_ source: any ByteSource, _ options: ReadOptions) {
        tokens = JSONTokens(source, acceptsMark: true)
        collector = TestCollector(limit: options.maxCases)
        limit = options.maxCases
    }

    private var warnings: [String] {
        guard refused.count > 0 else { return [] }
        let more = refused.count > 1 ? " and \(refused.count - 1) more" : ""
        return [
            "CodeBuild refuses the duration '\(refused.text)' at line \(refused.line)\(more); "
                + "it accepts whole nanoseconds only"
        ]
    }

    private mutating func readFeatures() throws(SyntaxFault) {
        let first = try tokens.next()
        try tokens.require(first, .beginArray, "the features")
        while let feature = try tokens.nextElement() {
            try tokens.require(feature, .beginObject, "a feature")
            try readFeature()
        }
        _ = try tokens.next()
    }

    private mutating func readFeature() throws(SyntaxFault) {
        let start = tokens.fault("expected a feature with \"elements\", found another object")
        var isFeature = false
        var name = ""
        var uri = ""
        backgroundMessage = ""
        while let key = try tokens.nextKey() {
            if ["elements", "keyword", "uri"].contains(key) { isFeature = true }
            switch key {
            case "name": name = try tokens.text("the name of a feature") ?? ""
            case "uri": uri = try tokens.text("\"uri\"") ?? ""
            case "elements": try readElements()
            default: try tokens.skipValue()
            }
        }
        guard isFeature else { throw start }
        finish(name: name, uri: uri)
    }

    /// Adds the cases of a feature that ends.
    private mutating func finish(name: String, uri: String) {
        for testCase in pending {
            collector.add(
                TestCase(
                    prefix: uri.isEmpty ? name : uri,
                    suite: name,
                    name: testCase.name,
                    status: testCase.status,
                    nanoseconds: testCase.nanoseconds,
                    message: testCase.message,
                    file: uri.isEmpty ? nil : CucumberReader.path(uri),
                    line: testCase.line
                )
            )
        }
        pending.removeAll(keepingCapacity: true)
        pendingFailures = 0
    }

    /// Returns the path of a `uri`, which Cucumber-JVM writes as `file:PATH` or `file:///PATH`.
    private static func path(_ uri: String) -> String {
        guard uri.hasPrefix("file:") else { return uri }
        let path = uri.dropFirst("file:".count)
        return String(path.hasPrefix("///") ? path.dropFirst(2) : path)
    }

    private mutating func readElements() throws(SyntaxFault) {
        guard try tokens.begin(.beginArray, "\"elements\"") else { return }
        while let element = try tokens.nextElement() {
            try tokens.require(element, .beginObject, "an element of \"elements\"")
            try readElement()
        }
    }

    private mutating func readElement() throws(SyntaxFault) {
        var scenario = CucumberScenario()
        while let key = try tokens.nextKey() {
            switch key {
            case "name": scenario.name = try tokens.text("the name of a scenario") ?? ""
            case "type": scenario.type = try tokens.text("\"type\"") ?? ""
            case "keyword": scenario.keyword = try tokens.text("\"keyword\"") ?? ""
            case "line": scenario.line = try tokens.text("\"line\"").flatMap { Int($0) }
            case "before", "steps", "after": try readSteps(key, hasHooks: true, &scenario)
            default: try tokens.skipValue()
            }
        }
        guard !scenario.isBackground else {
            backgroundMessage = scenario.message
            return
        }
        add(scenario)
        backgroundMessage = ""
    }

    private mutating func add(_ scenario: CucumberScenario) {
        let status = scenario.outcome.status
        let count = status.isFailure ? pendingFailures : pending.count - pendingFailures
        guard collector.keeps(status), count < limit else {
            collector.count(status, nanoseconds: scenario.nanoseconds)
            return
        }
        if status.isFailure { pendingFailures += 1 }
        pending.append(
            TestCase(
                name: scenario.name,
                status: status,
                nanoseconds: scenario.nanoseconds,
                message: scenario.message.isEmpty ? backgroundMessage : scenario.message,
                line: scenario.line.flatMap { $0 > 0 ? $0 : nil }
            )
        )
    }

    /// Reads the list `key` of steps or hooks, and the hooks of steps.
    private mutating func readSteps(
        _ key: String,
        hasHooks: Bool,
        _ scenario: inout CucumberScenario
    ) throws(SyntaxFault) {
        guard try tokens.begin(.beginArray, "\"\(key)\"") else { return }
        while let element = try tokens.nextElement() {
            guard element != .null else { continue }
            try tokens.require(element, .beginObject, "an element of \"\(key)\"")
            var step = CucumberStep(hook: key == "steps" ? nil : key)
            while let name = try tokens.nextKey() {
                switch name {
                case "keyword":
                    step.isNamed = true
                    step.keyword = try tokens.text("\"keyword\"") ?? ""
                case "name":
                    step.isNamed = true
                    step.name = try tokens.text("the name of a step") ?? ""
                case "match" where step.hook != nil: try readMatch(&step)
                case "result": try readResult(&step)
                case "before" where hasHooks, "after" where hasHooks:
                    try readSteps(name, hasHooks: false, &scenario)
                default: try tokens.skipValue()
                }
            }
            scenario.add(step)
        }
    }

    private mutating func readMatch(_ step: inout CucumberStep) throws(SyntaxFault) {
        guard try tokens.begin(.beginObject, "\"match\"") else { return }
        while let key = try tokens.nextKey() {
            if key == "location" {
                step.name = try tokens.text("\"location\"") ?? ""
            } else {
                try tokens.skipValue()
            }
        }
    }

    private mutating func readResult(_ step: inout CucumberStep) throws(SyntaxFault) {
        guard try tokens.begin(.beginObject, "\"result\"") else { return }
        step.status = ""
        while let key = try tokens.nextKey() {
            switch key {
            case "status": step.status = try tokens.text("\"status\"")?.lowercased() ?? ""
            case "duration": step.nanoseconds = try readDuration()
            case "error_message": step.error = try tokens.text("\"error_message\"") ?? ""
            default: try tokens.skipValue()
            }
        }
    }

    private mutating func readDuration() throws(SyntaxFault) -> Int64 {
        let token = try tokens.next()
        switch token {
        case .null: return 0
        case .number(let text):
            if let duration = Int64(text) { return max(duration, 0) }
            return refuse(text)
        case .string(let text): return refuse(text)
        default: throw tokens.fault("expected a number as \"duration\", found \(token.kind)")
        }
    }

    /// Reads a duration that CodeBuild refuses.
    private mutating func refuse(_ duration: String) -> Int64 {
        if refused.count == 0 {
            refused.text = String(duration.unicodeScalars.prefix(40))
            refused.line = tokens.line
        }
        refused.count += 1
        return TestDuration.nanoseconds(duration, unit: 1e-9)
    }
}
