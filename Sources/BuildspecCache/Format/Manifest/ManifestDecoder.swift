internal import BuildspecFiles

/// A decoder of manifests from bytes that need not be trusted.
///
/// It checks everything that a restore relies on: paths stay below their start, their order is
/// strict, blobs are inside their packs and add up to the file's size.
struct ManifestDecoder {
    private(set) var manifest = Manifest()
    private var line = 0
    /// The largest number of entries that is accepted.
    var maximumEntries = Limits.entries
    /// The targets of hard links that are in an earlier part, if this decoder reads a later one.
    private var unresolvedLinks: [PathBytes]?

    /// Decodes the whole text of a manifest; an error names the line.
    static func decode(
        _ text: [UInt8],
        maximumEntries: Int = Limits.entries
    ) throws(CacheError) -> Manifest {
        var decoder = ManifestDecoder()
        decoder.maximumEntries = maximumEntries
        guard text.last == newline else {
            throw decoder.damaged("the text does not end with a newline")
        }
        let lines = ManifestText.lineCount(text, in: 0..<text.count)
        decoder.reserveEntries(ofLines: lines, bytes: text.count)
        try decoder.read(text, lines: 0..<text.count)
        guard decoder.line >= 2 else { throw decoder.damaged("the head is missing") }
        return decoder.manifest
    }

    /// Reserves space for all entries: an array that grows takes twice its size for a moment.
    mutating func reserveEntries(ofLines count: Int, bytes: Int) {
        // A text of short lines has no entries, and must not take memory for them.
        let most = min(bytes / Limits.manifestLine, maximumEntries)
        manifest.entries.reserveCapacity(min(count, most))
    }

    /// Decodes the lines in a range, which ends where a line ends.
    mutating func read(_ text: [UInt8], lines: Range<Int>) throws(CacheError) {
        var fields = ManifestLineParser(text)
        var start = lines.lowerBound
        while start < lines.upperBound {
            let end = ManifestText.endOfLine(text, start)
            line += 1
            fields.begin(start..<end)
            try read(&fields)
            start = end + 1
        }
    }

    /// A decoder for a later part of the text: it has the packs, but not the earlier entries.
    func later() -> ManifestDecoder {
        var later = self
        later.manifest.entries = []
        later.unresolvedLinks = []
        return later
    }

    /// Adds the entries of the lines directly after those of this decoder.
    mutating func add(_ later: consuming ManifestDecoder) throws(CacheError) {
        guard later.manifest.packs.count == manifest.packs.count else { throw misplacedPack }
        for path in later.unresolvedLinks ?? [] where !isFile(path) { throw brokenLink }
        if let first = later.manifest.entries.first { try check(first.path) }
        try check(entries: manifest.entries.count + later.manifest.entries.count)
        var later = later
        for index in later.manifest.entries.indices {
            // Moved, because to retain a path that another core has allocated takes longer.
            var entry = ManifestDecoder.placeholder
            swap(&entry, &later.manifest.entries[index])
            manifest.entries.append(entry)
        }
    }

    private static let placeholder = Manifest.Entry(
        path: PathBytes([]),
        mode: 0,
        modified: FileTime(seconds: 0, nanoseconds: 0),
        kind: .directory
    )

    private mutating func read(_ fields: inout ManifestLineParser) throws(CacheError) {
        switch line {
        case 1:
            guard fields.skip("#mtree"), fields.isAtEnd else {
                throw damaged("this is not a manifest")
            }
        case 2:
            guard fields.skip("#buildspec-manifest 1"), fields.isAtEnd else {
                throw damaged("this program does not know the manifest's version")
            }
        default:
            if fields.skip("#pack ") {
                try readPack(&fields)
            } else {
                try readEntry(&fields)
            }
        }
    }

    private mutating func readPack(_ fields: inout ManifestLineParser) throws(CacheError) {
        guard manifest.entries.isEmpty else { throw misplacedPack }
        guard fields.number() == manifest.packs.count else {
            throw damaged("packs are out of order")
        }
        guard fields.skip("sha256="), let digest = fields.digest(),
            fields.skip("codec="), let codec = fields.codec(),
            fields.skip("stored="), let stored = fields.number(),
            fields.skip("size="), let size = fields.number(),
            UInt64(stored) <= Limits.packStored, size <= Limits.packContent
        else { throw damaged("a pack's line is damaged") }
        manifest.packs.append(
            Manifest.Pack(
                digest: digest,
                codec: codec,
                storedSize: UInt64(stored),
                contentSize: size
            )
        )
    }

    private mutating func readEntry(_ fields: inout ManifestLineParser) throws(CacheError) {
        guard let path = fields.path() else {
            throw damaged("a path is damaged or leads out of the tree")
        }
        try check(path)
        try check(entries: manifest.entries.count + 1)
        let isFile = fields.skip(field: "type=file")
        let isDirectory = !isFile && fields.skip(field: "type=dir")
        guard isFile || isDirectory || fields.skip(field: "type=link") else {
            throw damaged("this program does not know the type of an entry")
        }
        guard fields.skip("mode="), let mode = fields.octal(), mode <= 0o7777,
            fields.skip("time="), let modified = fields.time()
        else { throw damaged("an entry's line is damaged") }
        // A restored file must not gain another user's rights.
        guard !isFile || mode <= 0o1777 else { throw damaged("a file has set-id bits") }
        let kind = isFile ? try file(&fields) : isDirectory ? .directory : try link(&fields)
        manifest.entries.append(
            Manifest.Entry(path: path, mode: mode, modified: modified, kind: kind)
        )
    }

    private func check(entries count: Int) throws(CacheError) {
        guard count <= maximumEntries else {
            throw damaged("there are more than \(maximumEntries) entries, too many for its size")
        }
    }

    /// Refuses a path that cannot come after the entries so far.
    private func check(_ path: PathBytes) throws(CacheError) {
        guard let last = manifest.entries.last else { return }
        guard last.path < path else { throw damaged("paths are out of order") }
        // The entries in a directory come directly after the directory.
        if !last.kind.isDirectory, path.isWithin(last.path) {
            throw damaged("a path leads through an entry that is not a directory")
        }
    }

    private func link(_ fields: inout ManifestLineParser) throws(CacheError) -> Manifest.Kind {
        guard fields.skip("link="), let target = fields.unescaped(), !target.isEmpty,
            target.count <= Limits.path
        else { throw damaged("a link's target is damaged") }
        return .link(target: target)
    }

    private mutating func file(
        _ fields: inout ManifestLineParser
    ) throws(CacheError) -> Manifest.Kind {
        if fields.skip("hardlink=") {
            guard let path = fields.path() else { throw brokenLink }
            if !isFile(path) {
                guard unresolvedLinks?.append(path) != nil else { throw brokenLink }
            }
            return .hardLink(to: path)
        }
        guard fields.skip("size="), let size = fields.number(), size <= Limits.file else {
            throw damaged("a file's size is damaged")
        }
        var blobs = BlobList()
        if fields.skip("sha256=") {
            guard let digest = fields.digest(), fields.skip("pack="), let pack = fields.number(),
                fields.skip("offset="), let offset = fields.number()
            else { throw brokenBlob }
            blobs = BlobList(try blob(digest, pack, offset, size))
        } else if fields.skip("chunks=") {
            repeat { blobs.append(try chunk(&fields)) } while fields.skip(separator: comma)
            guard fields.endField() else { throw brokenChunk }
        }
        guard blobs.reduce(0, { $0 + $1.size }) == size else {
            throw damaged("a file's blobs do not add up to its size")
        }
        return .file(size: UInt64(size), blobs: blobs)
    }

    /// Reads one blob of a file that has several.
    private func chunk(_ fields: inout ManifestLineParser) throws(CacheError) -> Manifest.Blob {
        guard let digest = fields.digest(before: colon), let pack = fields.number(before: colon),
            let offset = fields.number(before: colon), let size = fields.digits()
        else { throw brokenChunk }
        return try blob(digest, pack, offset, size)
    }

    private func blob(
        _ digest: ContentDigest,
        _ pack: Int,
        _ offset: Int,
        _ size: Int
    ) throws(CacheError) -> Manifest.Blob {
        guard pack < manifest.packs.count, size > 0, size <= Limits.packContent,
            offset <= manifest.packs[pack].contentSize - size
        else { throw brokenBlob }
        return Manifest.Blob(digest: digest, pack: pack, offset: offset, size: size)
    }

    /// Whether an entry so far, found by binary search, is a regular file of this path.
    private func isFile(_ path: PathBytes) -> Bool {
        var (low, high) = (0, manifest.entries.count)
        while low < high {
            let middle = (low + high) / 2
            if manifest.entries[middle].path < path { low = middle + 1 } else { high = middle }
        }
        guard low < manifest.entries.count, manifest.entries[low].path == path,
            case .file = manifest.entries[low].kind
        else { return false }
        return true
    }

    private var brokenChunk: CacheError { damaged("a chunk is damaged") }

    private var brokenBlob: CacheError { damaged("a blob is not inside its pack") }

    private var brokenLink: CacheError { damaged("a hard link does not lead to a file before it") }

    private var misplacedPack: CacheError { damaged("a pack comes after an entry") }

    private func damaged(_ reason: String) -> CacheError {
        .damaged("the manifest is damaged at line \(line): \(reason)")
    }
}

private let comma = UInt8(ascii: ",")
private let colon = UInt8(ascii: ":")
