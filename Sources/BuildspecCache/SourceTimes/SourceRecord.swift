internal import BuildspecFiles

/// The source files of a saved entry: each file's digest and time, and each link's target.
///
/// The record is a second manifest, text in the style of mtree(5); equal records give equal bytes.
struct SourceRecord: Sendable, Equatable {
    enum Kind: Sendable, Hashable {
        case file(size: UInt64, modified: FileTime, digest: ContentDigest)
        case link(target: [UInt8])
    }

    struct Entry: Sendable, Hashable {
        /// The path, relative to the root.
        var path: PathBytes
        var kind: Kind
    }

    /// The entries in path order, without duplicates.
    var entries: [Entry] = []

    /// The number of files.
    var fileCount: Int {
        entries.count { entry in
            if case .file = entry.kind { true } else { false }
        }
    }

    static let head = Array("#mtree\n#buildspec-sources 1\n".utf8)

    func encode() -> [UInt8] {
        var text = SourceRecord.head
        text.reserveCapacity(text.count + 180 * entries.count)
        for entry in entries {
            text += "./".utf8
            ManifestText.escape(entry.path.bytes, into: &text)
            switch entry.kind {
            case .link(let target):
                text += " type=link link=".utf8
                ManifestText.escape(target, into: &text)
            case .file(let size, let modified, let digest):
                let digits = String(modified.nanoseconds)
                let zeros = String(repeating: "0", count: 9 - digits.utf8.count)
                text += " type=file time=\(modified.seconds).\(zeros)\(digits)".utf8
                text += " size=\(size) sha256=".utf8
                text += digest.hexBytes
            }
            text.append(newline)
        }
        return text
    }
}

// MARK: Reading

extension SourceRecord {
    /// Decodes a record from untrusted bytes.
    static func decode(_ text: [UInt8]) throws(CacheError) -> SourceRecord {
        guard text.starts(with: head), text.last == newline else {
            throw .damaged("this program does not know the version of the source times")
        }
        var record = SourceRecord()
        var start = head.count
        while start < text.count {
            let end = text[start...].firstIndex(of: newline) ?? text.count
            guard record.entries.count < Limits.sources, let entry = entry(text, start..<end),
                record.entries.last.map({ $0.path < entry.path }) ?? true
            else {
                let number = record.entries.count + 3
                throw .damaged("the source times are damaged at line \(number)")
            }
            record.entries.append(entry)
            start = end + 1
        }
        return record
    }

    private static func entry(_ text: [UInt8], _ line: Range<Int>) -> Entry? {
        var fields = ManifestLineParser(text, line)
        guard let path = fields.path(), !path.isAbsolute else { return nil }
        if fields.skip(field: "type=link") {
            guard fields.skip("link="), let target = fields.unescaped() else { return nil }
            return Entry(path: path, kind: .link(target: target))
        }
        guard fields.skip(field: "type=file"), fields.skip("time="), let modified = fields.time(),
            modified.seconds.magnitude <= Limits.seconds, fields.skip("size="),
            let size = fields.number(), size <= Limits.sourceFile, fields.skip("sha256="),
            let digest = fields.digest()
        else { return nil }
        return Entry(
            path: path,
            kind: .file(size: UInt64(size), modified: modified, digest: digest)
        )
    }
}
