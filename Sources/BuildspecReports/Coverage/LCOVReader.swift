internal import BuildspecFiles
internal import BuildspecSyntax

/// Reads LCOV's text: the union of all records by file, line and branch.
///
/// Counts are those of the lines `DA` and `BRDA`. The totals `LF`, `LH`, `BRF` and `BRH` hold for a file
/// whose records have no such lines. Source: geninfo(1), FILES.
struct LCOVReader {
    private let options: ReadOptions
    private var files = SourceFiles<Content>()
    private var bounds = CoverageBounds()
    private var open: Record?

    /// What the records of one file say.
    private struct Content {
        var lines = MergeTable<HitLine>()
        var branches = MergeTable<TableBranch>()
        var statedLines = (covered: 0, total: 0)
        var statedBranches = (covered: 0, total: 0)
    }

    /// A record from `SF` to `end_of_record`.
    private struct Record {
        var file: Int
        var lines = Stated()
        var branches = Stated()
    }

    /// The totals that a record states, and whether it has the lines that they count.
    private struct Stated {
        var total = 0
        var covered = 0
        var isListed = false

        /// Replaces `totals` by these if they are larger; a sum would count lines twice.
        func merge(into totals: inout (covered: Int, total: Int)) {
            guard !isListed else { return }
            if (totals.total, totals.covered) < (total, covered) { totals = (covered, total) }
        }
    }

    private struct HitLine: MergeEntry {
        var number: UInt32
        var hits: UInt32

        var key: UInt32 { number }

        mutating func merge(_ other: HitLine) { hits = hits.addingClamped(other.hits) }
    }

    static func read(
        _ source: any ByteSource,
        _ options: ReadOptions
    ) throws(SyntaxFault) -> ReadReport {
        var reader = LCOVReader(options)
        var lines = TextLines(source)
        while let line = try lines.next() {
            do {
                try reader.read(line)
            } catch {
                throw lines.fault(error.reason)
            }
        }
        if lines.number == 0 { throw lines.fault("the file is empty") }
        if let open = reader.open {
            let path = reader.files.paths[open.file]
            throw lines.fault("expected end_of_record for '\(path)', found the end of the file")
        }
        if reader.files.paths.isEmpty {
            throw lines.fault("expected a source file (SF), found none")
        }
        return ReadReport(report: .coverage(reader.report()))
    }

    private init(_ options: ReadOptions) {
        self.options = options
    }

    private mutating func read(_ line: ArraySlice<UInt8>) throws(ContentFault) {
        guard let tag = LCOVReader.tag(of: line) else {
            try readOther(line)
            return
        }
        let value = line.dropFirst(tag.utf8.count + 1)
        switch tag {
        case "DA": try readLine(value)
        case "BRDA": try readBranch(value)
        case "SF": try readFile(value)
        case "LF": try readTotal(tag, value, \.lines.total)
        case "LH": try readTotal(tag, value, \.lines.covered)
        case "BRF": try readTotal(tag, value, \.branches.total)
        case "BRH": try readTotal(tag, value, \.branches.covered)
        default: break
        }
    }

    /// Returns `DA` of `DA:1,2`; `nil` if the line has no such start.
    static func tag(of line: ArraySlice<UInt8>) -> String? {
        guard let colon = line.prefix(16).firstIndex(of: UInt8(ascii: ":")) else { return nil }
        let tag = line[..<colon]
        let isTag = tag.allSatisfy { byte in
            (UInt8(ascii: "A")...UInt8(ascii: "Z")) ~= byte
                || (UInt8(ascii: "0")...UInt8(ascii: "9")) ~= byte || byte == UInt8(ascii: "_")
        }
        return isTag && tag.count >= 2 ? String(decoding: tag, as: UTF8.self) : nil
    }

    /// Whether a line has no content: an empty line or a comment.
    static func isBlank(_ line: ArraySlice<UInt8>) -> Bool {
        let first = line.first { $0 != UInt8(ascii: " ") && $0 != UInt8(ascii: "\t") }
        return first == nil || first == UInt8(ascii: "#")
    }

    /// Whether a line ends a record.
    static func isEnd(_ line: ArraySlice<UInt8>) -> Bool {
        var scanner = ByteScanner(line.dropFirst(13))
        scanner.skipSpaces()
        return line.starts(with: "end_of_record".utf8) && scanner.rest.isEmpty
    }

    private mutating func readOther(_ line: ArraySlice<UInt8>) throws(ContentFault) {
        if LCOVReader.isEnd(line) {
            guard let record = open else {
                throw ContentFault("end_of_record without a source file (SF) before it")
            }
            open = nil
            record.lines.merge(into: &files.contents[record.file].statedLines)
            record.branches.merge(into: &files.contents[record.file].statedBranches)
        } else if !LCOVReader.isBlank(line) {
            let found = String(decoding: line.prefix(40), as: UTF8.self)
            throw ContentFault("expected a record of LCOV such as SF or DA, found '\(found)'")
        }
    }

    private mutating func readFile(_ value: ArraySlice<UInt8>) throws(ContentFault) {
        if let open {
            throw ContentFault("expected end_of_record for '\(files.paths[open.file])', found SF")
        }
        let path = String(decoding: value, as: UTF8.self)
        open = Record(file: try files.index(of: path, new: Content(), &bounds))
    }

    /// Reads `LINE,HITS` with an optional checksum after it.
    private mutating func readLine(_ value: ArraySlice<UInt8>) throws(ContentFault) {
        guard let file = open?.file else { throw LCOVReader.withoutFile("DA") }
        var scanner = ByteScanner(value)
        guard let number = scanner.digits(), scanner.take(","),
            let hits = LCOVReader.hits(scanner.rest)
        else { throw ContentFault("expected a line and its hits after DA") }
        try bounds.addLine()
        open?.lines.isListed = true
        files.contents[file].lines.add(
            HitLine(number: UInt32(clamping: number), hits: UInt32(clamping: hits))
        )
    }

    /// Reads `LINE,BLOCK,BRANCH,TAKEN`, where `-` means that the block never ran.
    private mutating func readBranch(_ value: ArraySlice<UInt8>) throws(ContentFault) {
        guard let file = open?.file else { throw LCOVReader.withoutFile("BRDA") }
        var scanner = ByteScanner(value)
        guard let number = scanner.digits(), scanner.take(","),
            let comma = scanner.rest.lastIndex(of: UInt8(ascii: ","))
        else { throw ContentFault("expected a line, a block, a branch and its hits after BRDA") }
        let taken = scanner.rest[(comma + 1)...]
        guard let hits = taken.elementsEqual("-".utf8) ? 0 : LCOVReader.hits(taken) else {
            throw ContentFault("expected a number or '-' as the hits of a branch after BRDA")
        }
        try bounds.addLine()
        open?.branches.isListed = true
        files.contents[file].branches.add(
            TableBranch(
                line: UInt32(clamping: number),
                isTaken: hits > 0,
                identity: TableBranch.hash(scanner.rest[..<comma])
            )
        )
    }

    private mutating func readTotal(
        _ tag: String,
        _ value: ArraySlice<UInt8>,
        _ total: WritableKeyPath<Record, Int>
    ) throws(ContentFault) {
        guard var record = open else { throw LCOVReader.withoutFile(tag) }
        guard let number = LCOVReader.hits(value) else {
            throw ContentFault("expected a number after \(tag)")
        }
        record[keyPath: total] = number
        open = record
    }

    private static func withoutFile(_ tag: String) -> ContentFault {
        ContentFault("\(tag) without a source file (SF) before it")
    }

    /// Reads a number up to a comma; a negative one counts as 0.
    ///
    /// LCOV writes large numbers with an exponent, and negative ones for faults of gcov.
    private static func hits(_ text: ArraySlice<UInt8>) -> Int? {
        var scanner = ByteScanner(text)
        scanner.skipSpaces()
        let number = scanner.digits()
        scanner.skipSpaces()
        if let number, scanner.rest.isEmpty || scanner.take(",") { return number }
        let decimal = text.prefix { $0 != UInt8(ascii: ",") }
        return Double(String(decoding: decimal, as: UTF8.self))
            .flatMap { Int(clampingFinite: $0) }.map { max($0, 0) }
    }

    private mutating func report() -> CoverageReport {
        let keepsLines = options.keepsLines
        return files.report { path, content in
            let lines = content.lines.merged()
            let branches = content.branches.merged()
            return FileCoverage(
                path: path,
                summary: CoverageSummary(
                    lines: lines.isEmpty
                        ? content.statedLines : (lines.count { $0.hits > 0 }, lines.count),
                    branches: branches.isEmpty
                        ? content.statedBranches : (branches.count { $0.isTaken }, branches.count)
                ),
                lines: keepsLines ? LCOVReader.lines(lines, branches) : []
            )
        }
    }

    /// Joins lines and branches; a branch on a line without `DA` only counts in the summary.
    private static func lines(_ lines: [HitLine], _ branches: [TableBranch]) -> [LineCoverage] {
        var result = lines.map { LineCoverage(number: Int($0.number), hits: Int($0.hits)) }
        result.count(branches)
        return result
    }
}
