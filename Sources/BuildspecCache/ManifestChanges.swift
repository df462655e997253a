internal import BuildspecFiles

/// A manifest written as what it has of another one, its base, and the lines that are its own.
///
/// After a small change nearly all lines of a manifest are those of the one before, and a manifest is
/// most of what such a save writes. A line `@base FIRST COUNT` stands for `COUNT` lines of the base's
/// entries, the first one numbered 0. What comes out is a manifest's text like any other.
///
/// The head names the base, so that the digest of changes stands for one tree and no other.
enum ManifestChanges {
    /// The changes must be this many times smaller than the whole text to be worth another object to
    /// read.
    private static let worth = 8
    /// A base of this many times the lines is not looked at: it need not be trusted.
    private static let mostLines = 4
    private static let keyword: StaticString = "@base "
    /// What every manifest begins with.
    private static let start = Array("#mtree\n#buildspec-manifest 1\n".utf8)
    private static let damaged = CacheError.damaged("the manifest's changes do not fit its base")

    /// What changes begin with.
    ///
    /// - Parameter base: the digest of the stored bytes of their base.
    /// - Returns: three lines.
    static func head(naming base: ContentDigest) -> [UInt8] {
        start + Array("#base sha256=\(base.hex)\n".utf8)
    }

    /// Writes a manifest as changes.
    ///
    /// - Parameters:
    ///   - text: the manifest's whole text.
    ///   - base: the whole text of the other manifest.
    ///   - digest: the digest of the base's stored bytes.
    /// - Returns: the changes, or `nil` when they are not worth it.
    static func encode(_ text: [UInt8], base: [UInt8], named digest: ContentDigest) -> [UInt8]? {
        let (head, lines) = split(text)
        guard text.starts(with: start), lineCount(base) / mostLines <= lineCount(text) else {
            return nil
        }
        let known = LineIndex(base)
        var changes = ManifestChanges.head(naming: digest) + text[start.count..<head]
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
    /// - Parameters:
    ///   - changes: what `encode` made.
    ///   - base: the whole text of their base.
    ///   - digest: the digest of the base's stored bytes.
    ///   - limit: the largest text that is believed, in bytes.
    /// - Returns: the text.
    /// - Throws: `damaged` when the changes are of another base, refer to what it does not have, or
    ///   twice to the same: the text is never larger than both together.
    static func apply(
        _ changes: [UInt8],
        to base: [UInt8],
        named digest: ContentDigest,
        limit: Int = Limits.manifestContent
    ) throws(CacheError) -> [UInt8] {
        let rest = try entries(of: changes, on: digest)
        guard changes.last == newline, base.last == newline else { throw damaged }
        var text = start
        text.reserveCapacity(min(base.count + changes.count, limit))
        var cursor = BaseCursor(base)
        var place = rest
        while place < changes.count {
            let end = ManifestText.endOfLine(changes, place)
            let line = place..<end
            place = end + 1
            let isOwn = !ManifestFields.begins(changes, line, with: keyword)
            let part = isOwn ? line.lowerBound..<place : try kept(line, of: changes, &cursor)
            guard part.count <= limit - text.count else {
                throw .damaged("the manifest is too large")
            }
            text.append(contentsOf: isOwn ? changes[part] : base[part])
        }
        return text
    }

    /// The text of the head of changes as that of a whole manifest, without what names the base.
    static func wholeHead(_ head: [UInt8], on base: ContentDigest) throws(CacheError) -> [UInt8] {
        start + head[try entries(of: head, on: base)...]
    }

    /// Where changes go on behind the lines that are theirs alone.
    private static func entries(
        of changes: [UInt8],
        on base: ContentDigest
    ) throws(CacheError) -> Int {
        let head = head(naming: base)
        guard changes.starts(with: head) else { throw damaged }
        return head.count
    }

    /// The place in the base of the lines that a line of the changes stands for.
    private static func kept(
        _ line: Range<Int>,
        of changes: [UInt8],
        _ cursor: inout BaseCursor
    ) throws(CacheError) -> Range<Int> {
        var fields = ManifestFields(changes, line)
        _ = fields.next()
        guard let first = fields.next().flatMap({ fields.number($0) }),
            let count = fields.next().flatMap({ fields.number($0) }), fields.next() == nil,
            count > 0, let range = cursor.take(count, from: first)
        else { throw damaged }
        return range
    }

    /// Goes through the lines of a base once, without a table of them.
    private struct BaseCursor {
        private let text: [UInt8]
        private var place = 0
        private var line = 0

        /// Begins at the first entry of a text that ends with a newline.
        init(_ text: [UInt8]) {
            self.text = text
            while place < text.count, text[place] == UInt8(ascii: "#") {
                place = ManifestText.endOfLine(text, place) + 1
            }
        }

        /// The bytes of `count` lines from the one of a number, which must not lie behind.
        mutating func take(_ count: Int, from first: Int) -> Range<Int>? {
            guard first >= line, advance(first - line) else { return nil }
            let start = place
            return advance(count) ? start..<place : nil
        }

        private mutating func advance(_ count: Int) -> Bool {
            // Every line takes a byte at least.
            guard count <= text.count - place else { return false }
            for _ in 0..<count {
                guard place < text.count else { return false }
                place = ManifestText.endOfLine(text, place) + 1
            }
            line += count
            return true
        }
    }

    private static func lineCount(_ text: [UInt8]) -> Int {
        let bytes = text.span
        var count = 0
        for place in 0..<bytes.count where bytes[place] == newline { count += 1 }
        return count
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
