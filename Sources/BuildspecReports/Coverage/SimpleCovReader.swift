internal import BuildspecFiles
internal import BuildspecSyntax

/// Reads SimpleCov's `.resultset.json` and `coverage.json`.
///
/// The first has runs, which are merged line by line as SimpleCov does. A line that is null or
/// "ignored" is not executable.
struct SimpleCovReader {
    private let options: ReadOptions
    private var tokens: JSONTokens
    private var files = SourceFiles<Content>()
    private var bounds = CoverageBounds()
    /// Whether `meta` or `coverage` at the top says that the file is a `coverage.json`.
    private var isFormatted = false
    private var hasCoverage = false
    /// The position of the list `files` at the top, which the gem simplecov-json writes.
    private var otherShape: SyntaxFault?

    private struct Content {
        var hits: [LineHits] = []
        var branches = MergeTable<TableBranch>()
    }

    static func read(
        _ source: any ByteSource,
        _ options: ReadOptions
    ) throws(SyntaxFault) -> ReadReport {
        var reader = SimpleCovReader(source, options)
        try reader.readDocument()
        return ReadReport(report: .coverage(reader.report()))
    }

    private init(_ source: any ByteSource, _ options: ReadOptions) {
        self.options = options
        tokens = JSONTokens(source, acceptsMark: true)
    }

    private mutating func readDocument() throws(SyntaxFault) {
        let first = try tokens.next()
        try tokens.require(first, .beginObject, "the report")
        while let name = try tokens.nextKey() {
            if name == "meta" { isFormatted = true }
            if name == "coverage" {
                try readCoverage()
            } else if isFormatted {
                try tokens.skipValue()
            } else {
                try readRun(name)
            }
        }
        _ = try tokens.next()
        guard !hasCoverage else { return }
        throw otherShape
            ?? SyntaxFault(
                line: 1,
                column: 1,
                reason: "expected \"coverage\" of SimpleCov at the top or in a run, found neither"
            )
    }

    /// Reads a value at the top, which is a run if it is an object with `coverage`.
    private mutating func readRun(_ name: String) throws(SyntaxFault) {
        let first = try tokens.next()
        if name == "files", first == .beginArray {
            otherShape = tokens.fault(
                "the report is by the gem simplecov-json, which CodeBuild refuses; "
                    + "use .resultset.json or coverage.json of simplecov"
            )
        }
        guard first == .beginObject else { return try tokens.skipRest(of: first) }
        while let key = try tokens.nextKey() {
            if key == "coverage" { try readCoverage(ofRun: true) } else { try tokens.skipValue() }
        }
    }

    /// Reads the files of a run, or of `coverage.json`.
    ///
    /// `coverage` at the top is a run with this name if it has `coverage` in it.
    private mutating func readCoverage(ofRun isRun: Bool = false) throws(SyntaxFault) {
        guard try tokens.begin(.beginObject, "\"coverage\"") else { return }
        hasCoverage = true
        var isRunWithName = false
        while let path = try tokens.nextKey() {
            if !isRun, path == "coverage" {
                isRunWithName = true
                try readCoverage(ofRun: true)
            } else if isRunWithName {
                try tokens.skipValue()
            } else {
                try readFile(path)
            }
        }
        if !isRun, !isRunWithName { isFormatted = true }
    }

    private mutating func readFile(_ path: String) throws(SyntaxFault) {
        let first = try tokens.next()
        let file = try bounded { reader throws(ContentFault) in
            try reader.files.index(of: path, new: Content(), &reader.bounds)
        }
        switch first {
        case .beginArray: try readLines(of: file)
        case .beginObject:
            while let key = try tokens.nextKey() {
                switch key {
                case "lines":
                    if try tokens.begin(.beginArray, "\"lines\"") { try readLines(of: file) }
                case "branches": try readBranches(of: file)
                default: try tokens.skipValue()
                }
            }
        default: throw tokens.fault("expected a list or an object as a file, found \(first.kind)")
        }
    }

    /// Reads the lines of a file, and adds them to those of earlier runs.
    private mutating func readLines(of file: Int) throws(SyntaxFault) {
        var hits = files.contents[file].hits
        files.contents[file].hits = []
        let isFirst = hits.isEmpty
        var count = 0
        while let token = try tokens.nextElement() {
            try bounded { reader throws(ContentFault) in try reader.bounds.addLine() }
            let new = try lineHits(token)
            if count < hits.count {
                hits[count] = hits[count].merged(new)
            } else {
                hits.append(isFirst ? new : new.merged(LineHits()))
            }
            count += 1
        }
        // A line that is missing is null.
        for index in hits.indices.dropFirst(count) { hits[index] = hits[index].merged(LineHits()) }
        files.contents[file].hits = hits
    }

    private func lineHits(_ token: JSONTokens.Token) throws(SyntaxFault) -> LineHits {
        switch token {
        case .number(let text): return LineHits(text)
        case .null, .string, .bool: return LineHits()
        default: throw tokens.fault("expected a number as a line, found \(token.kind)")
        }
    }

    private mutating func readBranches(of file: Int) throws(SyntaxFault) {
        let first = try tokens.next()
        switch first {
        case .null: break
        case .beginArray:
            var index = 0
            while let item = try tokens.nextElement() {
                try tokens.require(item, .beginObject, "a branch")
                try readBranch(index, of: file)
                index += 1
            }
        case .beginObject:
            while let condition = try tokens.nextKey() {
                try readOutcomes(of: condition, file)
            }
        default:
            throw tokens.fault(
                "expected a list or an object as \"branches\", found \(first.kind)"
            )
        }
    }

    /// Reads `{"[:then, 1, 4, 5, 4, 9]": 0}`, the outcomes of `[:if, 0, 3, 4, 5, 7]` at line 3.
    private mutating func readOutcomes(of condition: String, _ file: Int) throws(SyntaxFault) {
        guard try tokens.begin(.beginObject, "the outcomes of a branch") else { return }
        let fields = condition.split(separator: ",", omittingEmptySubsequences: false)
        let line = fields.count > 2 ? Int(fields[2].drop { $0 == " " }) : nil
        while let outcome = try tokens.nextKey() {
            let hits = try lineHits(tokens.next())
            try add(line ?? 0, hits, "\(condition) \(outcome)", to: file)
        }
    }

    /// Reads a branch of `coverage.json`, which does not count without a number as its coverage.
    private mutating func readBranch(_ index: Int, of file: Int) throws(SyntaxFault) {
        var hits = LineHits()
        var start = 0
        var reportLine: Int?
        var type = ""
        while let key = try tokens.nextKey() {
            switch key {
            case "coverage": hits = try lineHits(tokens.next())
            case "start_line": start = try tokens.text("\"start_line\"").flatMap { Int($0) } ?? 0
            case "report_line": reportLine = try tokens.text("\"report_line\"").flatMap { Int($0) }
            case "type": type = try tokens.text("\"type\"") ?? ""
            default: try tokens.skipValue()
            }
        }
        guard hits.count != nil else { return }
        try add(reportLine ?? start, hits, "\(index) \(start) \(type)", to: file)
    }

    private mutating func add(
        _ line: Int,
        _ hits: LineHits,
        _ identity: String,
        to file: Int
    ) throws(SyntaxFault) {
        let branch = TableBranch(
            line: UInt32(clamping: line),
            isTaken: hits.count ?? 0 > 0,
            identity: TableBranch.hash(identity.utf8)
        )
        try bounded { reader throws(ContentFault) in try reader.bounds.addLine() }
        files.contents[file].branches.add(branch)
    }

    /// Adds the position to a fault about the size of the report.
    private mutating func bounded<Result>(
        _ body: (inout SimpleCovReader) throws(ContentFault) -> Result
    ) throws(SyntaxFault) -> Result {
        do {
            return try body(&self)
        } catch {
            throw tokens.fault(error.reason)
        }
    }

    private mutating func report() -> CoverageReport {
        let keepsLines = options.keepsLines
        return files.report { path, content in
            let branches = content.branches.merged()
            let counts = content.hits.lazy.compactMap(\.count)
            var lines: [LineCoverage] = []
            if keepsLines {
                lines = content.hits.enumerated().compactMap { index, hits in
                    hits.count.map { LineCoverage(number: index + 1, hits: $0) }
                }
                lines.count(branches)
            }
            return FileCoverage(
                path: path,
                summary: CoverageSummary(
                    lines: (counts.count { $0 > 0 }, counts.count),
                    branches: (branches.count { $0.isTaken }, branches.count)
                ),
                lines: lines
            )
        }
    }
}

/// How often a line ran, in 4 bytes; `nil` as `count` if the line is not executable.
private struct LineHits {
    private var number: Int32 = -1

    var count: Int? { number < 0 ? nil : Int(number) }

    /// Creates the hits of a line that is not executable.
    init() {}

    /// Reads a number; a negative one is 0, a part of one is 1, and a large one is clamped.
    init(_ text: String) {
        if let hits = Int(text) {
            number = max(Int32(clamping: hits), 0)
        } else {
            let hits = (Double(text) ?? 0).rounded(.up)
            number = hits > 0 ? Int32(exactly: hits) ?? .max : 0
        }
    }

    /// Adds the hits in another run; 0 and null are null, as in SimpleCov's `LinesCombiner`.
    func merged(_ other: LineHits) -> LineHits {
        let isEither = number < 0 || other.number < 0
        var result = LineHits()
        let sum = max(number, 0).addingClamped(max(other.number, 0))
        result.number = isEither && sum == 0 ? -1 : sum
        return result
    }
}
