internal import BuildspecFiles

/// A manifest that is stored as the difference from another one, its base.
///
/// After a small change nearly all lines of a manifest are those of the manifest before, and a
/// manifest is most of what such a save writes. A line `@base FIRST COUNT` stands for `COUNT` lines
/// of the base's entries, the first one numbered 0. The result is the text of a whole manifest.
///
/// The head names the base, so that the digest of a delta stands for one tree.
enum ManifestDelta {
    /// A delta, which costs readers another object, is this many times smaller than its text.
    private static let minimumRatio = 8
    private static let keyword: StaticString = "@base "
    /// The first lines of every manifest.
    private static let start = Array("#mtree\n#buildspec-manifest 1\n".utf8)
    private static let damaged = CacheError.damaged("the manifest's delta does not fit its base")

    /// The first three lines of a delta; `base` is the digest of the base's stored bytes.
    static func head(naming base: ContentDigest) -> [UInt8] {
        start + Array("#base sha256=\(base.hex)\n".utf8)
    }

    /// The digest of the base that a delta names; `nil` for a whole manifest.
    static func base(of text: [UInt8]) -> ContentDigest? {
        let digest = text.dropFirst(start.count + "#base sha256=".utf8.count).prefix(64)
        guard let base = ContentDigest(hex: digest), text.starts(with: head(naming: base)) else {
            return nil
        }
        return base
    }

    /// Encodes a whole text as a delta on another one; `nil` if the delta is not much smaller.
    static func encode(_ text: [UInt8], base: [UInt8], named digest: ContentDigest) -> [UInt8]? {
        guard text.starts(with: start), base.last == newline else { return nil }
        var baseLines = BaseMatcher(base)
        var offset = ManifestText.endOfHead(text)
        var delta = ManifestDelta.head(naming: digest) + text[start.count..<offset]
        var shared = 0..<0
        while offset < text.count {
            let line = offset..<ManifestText.endOfLine(text, offset) + 1
            offset = line.upperBound
            if let number = baseLines.find(line, of: text) {
                if number > shared.upperBound {
                    append(shared, to: &delta)
                    shared = number..<number
                }
                shared = shared.lowerBound..<number + 1
            } else {
                append(shared, to: &delta)
                shared = shared.upperBound..<shared.upperBound
                delta.append(contentsOf: text[line])
            }
            if delta.count > text.count / minimumRatio { return nil }
        }
        append(shared, to: &delta)
        return delta
    }

    private static func append(_ shared: Range<Int>, to delta: inout [UInt8]) {
        guard !shared.isEmpty else { return }
        delta += "@base \(shared.lowerBound) \(shared.count)\n".utf8
    }

    /// Restores the whole text of a manifest; neither text need be trusted.
    ///
    /// - Throws: `damaged` if the text has more than `limit` bytes, or the delta names another
    ///   base, or refers to a line that the base does not have, or twice to the same line. So the
    ///   text is never larger than both texts together.
    static func apply(
        _ delta: [UInt8],
        to base: [UInt8],
        named digest: ContentDigest,
        limit: Int = Limits.manifestContent
    ) throws(CacheError) -> [UInt8] {
        var offset = try endOfBaseLine(delta, on: digest)
        guard delta.last == newline, base.last == newline else { throw damaged }
        var text = start
        text.reserveCapacity(min(base.count + delta.count, limit))
        var cursor = BaseCursor(base)
        while offset < delta.count {
            let end = ManifestText.endOfLine(delta, offset)
            let line = offset..<end
            offset = end + 1
            let isNew = !ManifestLineParser.begins(delta, line, with: keyword)
            let part =
                isNew ? line.lowerBound..<offset : try sharedLines(line, of: delta, &cursor)
            guard part.count <= limit - text.count else {
                throw .damaged("the manifest is too large")
            }
            text.append(contentsOf: isNew ? delta[part] : base[part])
        }
        return text
    }

    /// Turns the head of a delta into the head of a whole manifest.
    static func wholeHead(_ head: [UInt8], on base: ContentDigest) throws(CacheError) -> [UInt8] {
        start + head[try endOfBaseLine(head, on: base)...]
    }

    /// The offset after the line that names the base, which must be `base`.
    private static func endOfBaseLine(
        _ delta: [UInt8],
        on base: ContentDigest
    ) throws(CacheError) -> Int {
        let head = head(naming: base)
        guard delta.starts(with: head) else { throw damaged }
        return head.count
    }

    /// The range in the base of the lines that a `@base` line of the delta stands for.
    private static func sharedLines(
        _ line: Range<Int>,
        of delta: [UInt8],
        _ cursor: inout BaseCursor
    ) throws(CacheError) -> Range<Int> {
        var fields = ManifestLineParser(delta, line)
        guard fields.skip(keyword), let first = fields.number(), let count = fields.number(),
            fields.isAtEnd, count > 0, let range = cursor.read(count, from: first)
        else { throw damaged }
        return range
    }

    /// A single pass over the lines of a base, without a table of them.
    private struct BaseCursor {
        private let text: [UInt8]
        private var offset = 0
        private var line = 0

        /// Begins at the first entry of a text that ends with a newline.
        init(_ text: [UInt8]) {
            self.text = text
            offset = ManifestText.endOfHead(text)
        }

        /// Reads `count` lines from line `first` on; `nil` if they do not come after the last ones.
        mutating func read(_ count: Int, from first: Int) -> Range<Int>? {
            guard first >= line, advance(first - line) else { return nil }
            let start = offset
            guard advance(count) else { return nil }
            // No entry begins so; the line of a pack belongs in the head of the delta.
            return text[start] == UInt8(ascii: "#") ? nil : start..<offset
        }

        private mutating func advance(_ count: Int) -> Bool {
            // Every line takes at least one byte.
            guard count <= text.count - offset else { return false }
            for _ in 0..<count {
                guard offset < text.count else { return false }
                offset = ManifestText.endOfLine(text, offset) + 1
            }
            line += count
            return true
        }
    }

    /// A search for the lines of a newer text in a base, both in path order.
    ///
    /// Nearly always the next lines are equal, so lines are compared before they are parsed.
    private struct BaseMatcher {
        private let text: [UInt8]
        private var offset: Int
        private var number = 0

        init(_ text: [UInt8]) {
            self.text = text
            offset = ManifestText.endOfHead(text)
        }

        /// Finds the number of the base's line that equals a line of another text.
        ///
        /// Earlier lines of the base are not found any more.
        mutating func find(_ line: Range<Int>, of other: [UInt8]) -> Int? {
            var path: PathBytes?
            while offset < text.count {
                if ManifestText.matches(text, at: offset, line: other[line]) {
                    offset += line.count
                    number += 1
                    return number - 1
                }
                path = path ?? BaseMatcher.path(line, of: other)
                let end = ManifestText.endOfLine(text, offset) + 1
                // A line without a path is not an entry; a base need not be trusted.
                let basePath = BaseMatcher.path(offset..<end, of: text)
                if let path, let basePath, path < basePath { return nil }
                offset = end
                number += 1
                if path == basePath { return nil }
            }
            return nil
        }

        private static func path(_ line: Range<Int>, of text: [UInt8]) -> PathBytes? {
            var fields = ManifestLineParser(text, line.dropLast())
            return fields.path()
        }
    }
}
