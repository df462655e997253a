internal import BuildspecFiles

/// A manifest written as what it has of another one, its base, and the lines that are its own.
///
/// After a small change nearly all lines of a manifest are those of the one before, and a manifest is
/// most of what such a save writes. A line `@base FIRST COUNT` stands for `COUNT` lines of the base's
/// entries, the first one numbered 0. What comes out is a manifest's text like any other.
///
/// The head names the base, so that the digest of changes stands for one tree and no other.
enum ManifestDelta {
    /// The changes must be this many times smaller than the whole text to be worth another object to
    /// read.
    private static let worth = 8
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

    /// The digest of the base that changes name; `nil` for a whole manifest.
    static func base(of text: [UInt8]) -> ContentDigest? {
        let digest = text.dropFirst(start.count + "#base sha256=".utf8.count).prefix(64)
        guard let base = ContentDigest(hex: digest), text.starts(with: head(naming: base)) else {
            return nil
        }
        return base
    }

    /// Writes a manifest as changes.
    ///
    /// - Parameters:
    ///   - text: the manifest's whole text.
    ///   - base: the whole text of the other manifest.
    ///   - digest: the digest of the base's stored bytes.
    /// - Returns: the changes, or `nil` when they are not worth it.
    static func encode(_ text: [UInt8], base: [UInt8], named digest: ContentDigest) -> [UInt8]? {
        guard text.starts(with: start), base.last == newline else { return nil }
        var lines = BaseLines(base)
        var place = ManifestText.endOfHead(text)
        var changes = ManifestDelta.head(naming: digest) + text[start.count..<place]
        var kept = 0..<0
        while place < text.count {
            let line = place..<ManifestText.endOfLine(text, place) + 1
            place = line.upperBound
            if let number = lines.find(line, of: text) {
                if number > kept.upperBound {
                    append(kept, to: &changes)
                    kept = number..<number
                }
                kept = kept.lowerBound..<number + 1
            } else {
                append(kept, to: &changes)
                kept = kept.upperBound..<kept.upperBound
                changes.append(contentsOf: text[line])
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
            let isOwn = !ManifestLineParser.begins(changes, line, with: keyword)
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
        var fields = ManifestLineParser(changes, line)
        guard fields.skip(keyword), let first = fields.number(), let count = fields.number(),
            fields.isAtEnd, count > 0, let range = cursor.take(count, from: first)
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
            place = ManifestText.endOfHead(text)
        }

        /// The bytes of `count` lines from the one of a number, which must not lie behind.
        mutating func take(_ count: Int, from first: Int) -> Range<Int>? {
            guard first >= line, advance(first - line) else { return nil }
            let start = place
            guard advance(count) else { return nil }
            // No entry begins so, but a pack's line, which belongs into the head of the changes.
            return text[start] == UInt8(ascii: "#") ? nil : start..<place
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

    /// Goes through the lines of a base beside those of a newer text, both in path order.
    ///
    /// Nearly always the next line of one is the next line of the other, so they are compared before
    /// anything is read in them.
    private struct BaseLines {
        private let text: [UInt8]
        private var place: Int
        private var number = 0

        init(_ text: [UInt8]) {
            self.text = text
            place = ManifestText.endOfHead(text)
        }

        /// The number of the line of the base that says the same as a line of another text.
        ///
        /// Lines that come before it are not found any more.
        mutating func find(_ line: Range<Int>, of other: [UInt8]) -> Int? {
            var path: PathBytes?
            while place < text.count {
                if ManifestText.isSame(text, place, other[line]) {
                    place += line.count
                    number += 1
                    return number - 1
                }
                path = path ?? BaseLines.path(line, of: other)
                let end = ManifestText.endOfLine(text, place) + 1
                // What has no path is no entry; a base need not be trusted.
                let mine = BaseLines.path(place..<end, of: text)
                if let path, let mine, path < mine { return nil }
                place = end
                number += 1
                if path == mine { return nil }
            }
            return nil
        }

        private static func path(_ line: Range<Int>, of text: [UInt8]) -> PathBytes? {
            var fields = ManifestLineParser(text, line.dropLast())
            return fields.path()
        }
    }
}
