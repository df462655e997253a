internal import BuildspecFiles

/// Reads a manifest from bytes that need not be trusted.
///
/// Everything a restore relies on is checked here: paths stay below their start, order is strict,
/// pieces lie inside their packs and add up to the file's size.
struct ManifestDecoder {
    private(set) var manifest = Manifest()
    private var line = 0
    /// The targets of hard links that are none of the entries so far, where others come before these.
    private var openLinks: [PathBytes]?

    /// Reads a manifest.
    ///
    /// - Throws: `CacheError` of code `damaged` that names the line.
    static func decode(_ text: [UInt8]) throws(CacheError) -> Manifest {
        var decoder = ManifestDecoder()
        guard text.last == newline else { throw decoder.damaged("it does not end with a line") }
        try decoder.read(text, lines: 0..<text.count)
        guard decoder.line >= 2 else { throw decoder.damaged("it has no head") }
        return decoder.manifest
    }

    /// Reads the lines that begin in a range, the last of which ends there.
    mutating func read(_ text: [UInt8], lines: Range<Int>) throws(CacheError) {
        // Most lines are of files with a digest, and no shorter than that.
        manifest.entries.reserveCapacity(min(lines.count / 128, 1 << 20))
        var start = lines.lowerBound
        while start < lines.upperBound {
            let end = ManifestText.endOfLine(text, start)
            line += 1
            try read(text, start..<end)
            start = end + 1
        }
    }

    /// A decoder of lines that come later, which knows the packs but not the entries before them.
    func later() -> ManifestDecoder {
        var later = self
        later.manifest.entries = []
        later.openLinks = []
        return later
    }

    /// Adds the entries of lines that come right behind those of this decoder.
    mutating func add(_ later: consuming ManifestDecoder) throws(CacheError) {
        guard later.manifest.packs.count == manifest.packs.count else {
            throw damaged("a pack stands behind an entry")
        }
        for path in later.openLinks ?? [] where !isFile(path) { throw brokenLink }
        if let first = later.manifest.entries.first { try check(first.path) }
        manifest.entries += later.manifest.entries
    }

    private mutating func read(_ text: [UInt8], _ range: Range<Int>) throws(CacheError) {
        var fields = ManifestFields(text, range)
        switch line {
        case 1:
            guard fields.is(range, "#mtree") else { throw damaged("it is no manifest") }
        case 2:
            guard fields.is(range, "#buildspec-manifest 1") else {
                throw damaged("it has a version that this program does not know")
            }
        default:
            if ManifestFields.begins(text, range, with: "#pack ") {
                try readPack(&fields)
            } else {
                try readEntry(&fields)
            }
        }
    }

    private mutating func readPack(_ fields: inout ManifestFields) throws(CacheError) {
        guard manifest.entries.isEmpty else { throw damaged("a pack stands behind an entry") }
        _ = fields.next()
        guard let index = fields.next(), fields.number(index) == manifest.packs.count else {
            throw damaged("packs are out of order")
        }
        guard let digest = fields.value("sha256").flatMap({ fields.digest($0) }),
            let codec = fields.value("codec").flatMap({ fields.codec($0) }),
            let stored = fields.value("stored").flatMap({ fields.number($0) }),
            let size = fields.value("size").flatMap({ fields.number($0) }),
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

    private mutating func readEntry(_ fields: inout ManifestFields) throws(CacheError) {
        guard let path = fields.next().flatMap({ fields.path($0) }) else {
            throw damaged("a path is damaged or leads out of the tree")
        }
        try check(path)
        guard let type = fields.value("type"),
            let mode = fields.value("mode").flatMap({ fields.octal($0) }), mode <= 0o7777,
            let modified = fields.value("time").flatMap({ fields.time($0) })
        else { throw damaged("an entry's line is damaged") }
        let kind: Manifest.Kind
        if fields.is(type, "file") {
            // A file must not gain somebody's rights where it is restored.
            guard mode <= 0o1777 else { throw damaged("a file has set-id bits") }
            kind = try file(&fields)
        } else if fields.is(type, "dir") {
            kind = .directory
        } else if fields.is(type, "link") {
            kind = try link(&fields)
        } else {
            throw damaged("an entry has a type that this program does not know")
        }
        manifest.entries.append(
            Manifest.Entry(path: path, mode: mode, modified: modified, kind: kind)
        )
    }

    /// Refuses a path that cannot come behind the entries so far.
    private func check(_ path: PathBytes) throws(CacheError) {
        guard let last = manifest.entries.last else { return }
        guard last.path < path else { throw damaged("paths are out of order") }
        // What lies in a directory comes right behind it.
        if last.kind != .directory, path.isWithin(last.path) {
            throw damaged("a path leads through something that is no directory")
        }
    }

    private func link(_ fields: inout ManifestFields) throws(CacheError) -> Manifest.Kind {
        guard let target = fields.value("link").flatMap({ fields.unescaped($0) }), !target.isEmpty
        else { throw damaged("a link's target is damaged") }
        return .link(target: target)
    }

    private mutating func file(_ fields: inout ManifestFields) throws(CacheError) -> Manifest.Kind {
        if let target = fields.value("hardlink") {
            guard let path = fields.path(target) else { throw brokenLink }
            if !isFile(path) {
                guard openLinks?.append(path) != nil else { throw brokenLink }
            }
            return .hardLink(to: path)
        }
        guard let size = fields.value("size").flatMap({ fields.number($0) }), size <= Limits.file
        else { throw damaged("a file's size is damaged") }
        var pieces: [Manifest.Piece] = []
        if let digest = fields.value("sha256") {
            let (pack, offset) = (fields.value("pack"), fields.value("offset"))
            pieces = [try piece(fields, digest, pack, offset, size)]
        } else if let chunks = fields.value("chunks") {
            for chunk in fields.parts(chunks, between: ",") {
                let parts = fields.parts(chunk, between: ":")
                guard parts.count == 4, let size = fields.number(parts[3]) else {
                    throw damaged("a chunk is damaged")
                }
                pieces.append(try piece(fields, parts[0], parts[1], parts[2], size))
            }
        }
        guard pieces.reduce(0, { $0 + $1.size }) == size else {
            throw damaged("a file's pieces do not add up to its size")
        }
        return .file(size: UInt64(size), pieces: pieces)
    }

    private func piece(
        _ fields: ManifestFields,
        _ digest: Range<Int>,
        _ pack: Range<Int>?,
        _ offset: Range<Int>?,
        _ size: Int
    ) throws(CacheError) -> Manifest.Piece {
        guard let digest = fields.digest(digest), let pack = pack.flatMap({ fields.number($0) }),
            let offset = offset.flatMap({ fields.number($0) }), pack < manifest.packs.count,
            size > 0, size <= Limits.packContent,
            offset <= manifest.packs[pack].contentSize - size
        else { throw damaged("a piece does not lie inside its pack") }
        return Manifest.Piece(digest: digest, pack: pack, offset: offset, size: size)
    }

    /// Whether one of the entries so far, which are in order, is a regular file of this path.
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

    private var brokenLink: CacheError {
        damaged("a hard link leads to no file that stands before it")
    }

    private func damaged(_ what: String) -> CacheError {
        .damaged("the manifest is damaged at line \(line): \(what)")
    }
}
