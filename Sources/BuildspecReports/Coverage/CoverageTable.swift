internal import BuildspecFiles
internal import BuildspecSyntax

/// An entry of a `MergeTable`.
protocol MergeEntry {
    associatedtype Key: Comparable
    var key: Key { get }
    /// Takes over what another entry with the same key says; the order does not matter.
    mutating func merge(_ other: Self)
}

/// Entries that are unique by key, in memory that is proportional to their number.
///
/// Reports repeat files and lines in any order, so entries are appended and merged now and then.
struct MergeTable<Entry: MergeEntry> {
    private var entries: [Entry] = []
    private var isMerged = true
    /// The number of entries at which the next merge is due, so that each entry is sorted rarely.
    private var mergeCount = 64

    var isEmpty: Bool { entries.isEmpty }

    mutating func add(_ entry: Entry) {
        if isMerged, let last = entries.last, last.key >= entry.key { isMerged = false }
        entries.append(entry)
        if entries.count >= mergeCount {
            merge()
            mergeCount = entries.count * 2
        }
    }

    /// Returns the entries in the order of their keys.
    mutating func merged() -> [Entry] {
        merge()
        return entries
    }

    private mutating func merge() {
        guard !isMerged else { return }
        entries.sort { $0.key < $1.key }
        var last = 0
        for index in 1..<entries.count {
            if entries[last].key == entries[index].key {
                entries[last].merge(entries[index])
            } else {
                last += 1
                entries[last] = entries[index]
            }
        }
        entries.removeSubrange((last + 1)...)
        isMerged = true
    }
}

/// A line of a source file in 16 bytes; larger numbers are clamped.
///
/// Two elements for one line describe the same run, so the larger numbers hold.
struct TableLine: MergeEntry {
    var number: UInt32
    var hits: UInt32
    var branchesCovered: UInt32 = 0
    var branchesTotal: UInt32 = 0

    var key: UInt32 { number }

    mutating func merge(_ other: TableLine) {
        hits = max(hits, other.hits)
        if (branchesTotal, branchesCovered) < (other.branchesTotal, other.branchesCovered) {
            branchesTotal = other.branchesTotal
            branchesCovered = other.branchesCovered
        }
    }
}

extension TableLine {
    init(number: Int, hits: Int, branchesCovered: Int = 0, branchesTotal: Int = 0) {
        self.number = UInt32(clamping: number)
        self.hits = UInt32(clamping: hits)
        self.branchesCovered = UInt32(clamping: branchesCovered)
        self.branchesTotal = UInt32(clamping: branchesTotal)
    }
}

extension MergeTable<TableLine> {
    /// Returns the lines of the file in ascending order.
    mutating func lines() -> [LineCoverage] {
        merged().map { line in
            LineCoverage(
                number: Int(line.number),
                hits: Int(line.hits),
                branchesCovered: Int(line.branchesCovered),
                branchesTotal: Int(line.branchesTotal)
            )
        }
    }
}

/// The source files of a report by path, in the order in which they first occur.
struct SourceFiles<Content> {
    private(set) var paths: [String] = []
    var contents: [Content] = []
    private var indexes: [String: Int] = [:]

    /// Returns the index of the file with this path; a file that is not there yet is `new`.
    mutating func index(
        of path: String,
        new: Content,
        _ bounds: inout CoverageBounds
    ) throws(ContentFault) -> Int {
        if let index = indexes[path] { return index }
        indexes[path] = paths.count
        return try append(path, new, &bounds)
    }

    /// Adds a file that later elements do not find.
    mutating func append(
        _ path: String,
        _ content: Content,
        _ bounds: inout CoverageBounds
    ) throws(ContentFault) -> Int {
        try bounds.addFile()
        paths.append(path)
        contents.append(content)
        return paths.count - 1
    }

    /// Returns the report whose files `convert` makes; each content is freed before the next.
    mutating func report(_ convert: (String, inout Content) -> FileCoverage) -> CoverageReport {
        var report = CoverageReport()
        report.files.reserveCapacity(paths.count)
        contents.reverse()
        for path in paths {
            guard var content = contents.popLast() else { break }
            let file = convert(path, &content)
            report.summary.add(file.summary)
            report.files.append(file)
        }
        return report
    }
}

/// Counts the files and the lines of a report, and refuses too many.
struct CoverageBounds {
    private let maxFiles: Int
    private let maxLines: Int
    private var files = 0
    private var lines = 0

    init(maxFiles: Int = 1_000_000, maxLines: Int = 50_000_000) {
        self.maxFiles = maxFiles
        self.maxLines = maxLines
    }

    mutating func addFile() throws(ContentFault) {
        files += 1
        if files > maxFiles { throw ContentFault("the report has more than \(maxFiles) files") }
    }

    /// Counts a line, or a branch that is stored like one.
    mutating func addLine() throws(ContentFault) {
        lines += 1
        if lines > maxLines { throw ContentFault("the report has more than \(maxLines) lines") }
    }
}

extension CoverageSummary {
    /// Creates counts of what is covered and of all; less than what is covered becomes the same.
    init(lines: (covered: Int, total: Int), branches: (covered: Int, total: Int)) {
        self.init(
            linesCovered: lines.covered,
            linesMissed: lines.total.subtractingClamped(max(lines.covered, 0)),
            branchesCovered: branches.covered,
            branchesMissed: branches.total.subtractingClamped(max(branches.covered, 0))
        )
    }
}

extension XMLElement {
    /// The value of an attribute that holds a number; decimals are cut off.
    ///
    /// It is `nil` if the attribute is missing, or is not a finite number.
    func count(_ attribute: StaticString) -> Int? {
        if let number = integer(attribute) { return number }
        guard let text = self[attribute], let number = Double(text) else { return nil }
        return Int(clampingFinite: number)
    }

    /// The value of an attribute; `nil` if it is missing or empty.
    func text(_ attribute: StaticString) -> String? {
        self[attribute].flatMap { $0.isEmpty ? nil : $0 }
    }
}

extension Int {
    /// Cuts the decimals off and clamps; `nil` for an infinite number and for what is not a number.
    init?(clampingFinite number: Double) {
        guard number.isFinite else { return nil }
        self = Int(exactly: number.rounded(.towardZero)) ?? (number < 0 ? .min : .max)
    }
}
