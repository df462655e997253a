internal import BuildspecFiles

/// A manifest written as what it has of another one, its base, and the lines that are its own.
///
/// After a small change nearly all lines of a manifest are those of the one before, and a manifest is
/// most of what such a save writes. A line `@base FIRST COUNT` stands for `COUNT` lines of the base's
/// entries, the first one numbered 0. What comes out is a manifest's text like any other.
enum ManifestChanges {
    /// The changes must be this many times smaller than the whole text to be worth another object to
    /// read.
    private static let worth = 8
    private static let keyword: StaticString = "@base "

    /// Writes a manifest as changes.
    ///
    /// - Parameters:
    ///   - text: the manifest's whole text.
    ///   - base: the whole text of the other manifest.
    /// - Returns: the changes, or `nil` when they are not worth it.
    static func encode(_ text: [UInt8], base: [UInt8]) -> [UInt8]? {
        let known = LineIndex(base)
        let (head, lines) = split(text)
        var changes = Array(text[..<head])
        // Lines in both come in the same order in both, because the order goes by path.
        var kept = 0..<0
        for line in lines {
            if let number = known.number(of: line, in: text), number >= kept.upperBound {
                if number > kept.upperBound {
                    append(kept, to: &changes)
                    kept = number..<number
                }
                kept = kept.lowerBound..<number + 1
            } else {
                append(kept, to: &changes)
                kept = kept.upperBound..<kept.upperBound
                changes.append(contentsOf: text[line])
                changes.append(newline)
            }
            if changes.count > text.count / worth { return nil }
        }
        append(kept, to: &changes)
        return changes
    }

    private static func append(_ kept: Range<Int>, to changes: inout [UInt8]) {
        guard !kept.isEmpty else { return }
        changes += "@base \(kept.lowerBound) \(kept.count)\n".utf8
    }

    /// Makes the whole text of changes; neither text need be trusted.
    ///
    /// - Throws: `damaged` when the changes refer to what the base does not have, or twice to the same:
    ///   the text is never larger than both together.
    static func apply(_ changes: [UInt8], to base: [UInt8]) throws(CacheError) -> [UInt8] {
        let entries = split(base).lines
        let (head, lines) = split(changes)
        var text = Array(changes[..<head])
        text.reserveCapacity(base.count + changes.count)
        var end = 0
        for line in lines {
            guard ManifestFields.begins(changes, line, with: keyword) else {
                text.append(contentsOf: changes[line])
                text.append(newline)
                continue
            }
            var fields = ManifestFields(changes, line)
            _ = fields.next()
            guard let first = fields.next().flatMap({ fields.number($0) }),
                let count = fields.next().flatMap({ fields.number($0) }), fields.next() == nil,
                first >= end, count > 0, count <= entries.count, first <= entries.count - count
            else { throw .damaged("the manifest's changes do not fit its base") }
            end = first + count
            text.append(
                contentsOf: base[entries[first].lowerBound..<entries[end - 1].upperBound]
            )
            text.append(newline)
        }
        return text
    }

    /// Where the lines of the entries begin, and the lines, each without its newline.
    private static func split(_ text: [UInt8]) -> (head: Int, lines: [Range<Int>]) {
        let bytes = text.span
        var head = 0
        var lines: [Range<Int>] = []
        var start = 0
        for place in 0..<bytes.count where bytes[place] == newline {
            if lines.isEmpty, bytes[start] == UInt8(ascii: "#") {
                head = place + 1
            } else {
                lines.append(start..<place)
            }
            start = place + 1
        }
        return (head, lines)
    }

    /// Finds lines of a text by what they say.
    private struct LineIndex {
        private let text: [UInt8]
        private let lines: [Range<Int>]
        private var numbers: [Int: Int] = [:]

        init(_ text: [UInt8]) {
            self.text = text
            lines = split(text).lines
            numbers.reserveCapacity(lines.count)
            for (number, line) in lines.enumerated() {
                numbers[LineIndex.hash(line, in: text)] = number
            }
        }

        /// The number of a line that says the same as a line of another text.
        func number(of line: Range<Int>, in other: [UInt8]) -> Int? {
            guard let number = numbers[LineIndex.hash(line, in: other)],
                text[lines[number]] == other[line]
            else { return nil }
            return number
        }

        private static func hash(_ line: Range<Int>, in text: [UInt8]) -> Int {
            var hasher = Hasher()
            unsafe text.withUnsafeBytes { bytes in
                unsafe hasher.combine(bytes: UnsafeRawBufferPointer(rebasing: bytes[line]))
            }
            return hasher.finalize()
        }
    }
}
