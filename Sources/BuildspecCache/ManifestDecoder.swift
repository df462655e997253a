internal import BuildspecFiles

/// Reads a manifest from bytes that need not be trusted.
///
/// Everything a restore relies on is checked here: paths stay below their start, order is strict,
/// pieces lie inside their packs and add up to the file's size.
struct ManifestDecoder {
    private var line = 0
    private var manifest = Manifest()

    /// Reads a manifest.
    ///
    /// - Throws: `CacheError` of code `damaged` that names the line.
    static func decode(_ text: [UInt8]) throws(CacheError) -> Manifest {
        var decoder = ManifestDecoder()
        guard text.last == newline else { throw decoder.damaged("it does not end with a line") }
        var start = 0
        while start < text.count {
            var end = start
            while text[end] != newline { end += 1 }
            decoder.line += 1
            try decoder.read(text[start..<end])
            start = end + 1
        }
        guard decoder.line >= 2 else { throw decoder.damaged("it has no head") }
        return decoder.manifest
    }

    /// Reads only which packs a manifest refers to.
    static func packs(_ text: [UInt8]) throws(CacheError) -> [Manifest.Pack] {
        var end = 0
        while end < text.count, text[end] == UInt8(ascii: "#") {
            end = (text[end...].firstIndex(of: newline) ?? text.count - 1) + 1
        }
        return try decode(Array(text[..<end])).packs
    }

    private mutating func read(_ text: ArraySlice<UInt8>) throws(CacheError) {
        switch line {
        case 1:
            guard text.elementsEqual("#mtree".utf8) else { throw damaged("it is no manifest") }
        case 2:
            guard text.elementsEqual("#buildspec-manifest 1".utf8) else {
                throw damaged("it has a version that this program does not know")
            }
        default:
            if text.starts(with: "#pack ".utf8) {
                try readPack(text)
            } else {
                try readEntry(text)
            }
        }
    }

    private mutating func readPack(_ text: ArraySlice<UInt8>) throws(CacheError) {
        guard manifest.entries.isEmpty else { throw damaged("a pack stands behind an entry") }
        var fields = ManifestFields(text.dropFirst("#pack ".utf8.count))
        guard fields.next().map({ number($0) == manifest.packs.count }) == true else {
            throw damaged("packs are out of order")
        }
        guard let digest = fields.value("sha256").flatMap({ ContentDigest(hex: $0) }),
            let name = fields.value("codec"),
            let codec = Codec(rawValue: String(decoding: name, as: UTF8.self)),
            let stored = fields.value("stored").flatMap({ number($0) }),
            let size = fields.value("size").flatMap({ number($0) }),
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

    private mutating func readEntry(_ text: ArraySlice<UInt8>) throws(CacheError) {
        var fields = ManifestFields(text)
        guard let path = fields.next().flatMap({ path($0) }) else {
            throw damaged("a path is damaged or leads out of the tree")
        }
        if let last = manifest.entries.last {
            guard last.path < path else { throw damaged("paths are out of order") }
            // What lies in a directory comes right behind it.
            if last.kind != .directory, path.isWithin(last.path) {
                throw damaged("a path leads through something that is no directory")
            }
        }
        guard let type = fields.value("type"),
            let mode = fields.value("mode").flatMap({ octal($0) }), mode <= 0o7777,
            let modified = fields.value("time").flatMap({ time($0) })
        else { throw damaged("an entry's line is damaged") }
        let kind: Manifest.Kind
        if type.elementsEqual("file".utf8) {
            // A file must not gain somebody's rights where it is restored.
            guard mode <= 0o1777 else { throw damaged("a file has set-id bits") }
            kind = try file(&fields)
        } else if type.elementsEqual("dir".utf8) {
            kind = .directory
        } else if type.elementsEqual("link".utf8) {
            kind = try link(&fields)
        } else {
            throw damaged("an entry has a type that this program does not know")
        }
        manifest.entries.append(
            Manifest.Entry(path: path, mode: mode, modified: modified, kind: kind)
        )
    }

    private func link(_ fields: inout ManifestFields) throws(CacheError) -> Manifest.Kind {
        guard let target = fields.value("link").flatMap({ unescaped($0) }), !target.isEmpty else {
            throw damaged("a link's target is damaged")
        }
        return .link(target: target)
    }

    private func file(_ fields: inout ManifestFields) throws(CacheError) -> Manifest.Kind {
        if let target = fields.value("hardlink") {
            guard let path = path(target), isFile(path) else {
                throw damaged("a hard link leads to no file that stands before it")
            }
            return .hardLink(to: path)
        }
        guard let size = fields.value("size").flatMap({ number($0) }), size <= Limits.file else {
            throw damaged("a file's size is damaged")
        }
        var pieces: [Manifest.Piece] = []
        if let digest = fields.value("sha256") {
            pieces = [try piece(digest, fields.value("pack"), fields.value("offset"), size)]
        } else if let chunks = fields.value("chunks") {
            for chunk in chunks.split(separator: UInt8(ascii: ",")) {
                let parts = chunk.split(separator: UInt8(ascii: ":"))
                guard parts.count == 4, let size = number(parts[3]) else {
                    throw damaged("a chunk is damaged")
                }
                pieces.append(try piece(parts[0], parts[1], parts[2], size))
            }
        }
        guard pieces.reduce(0, { $0 + $1.size }) == size else {
            throw damaged("a file's pieces do not add up to its size")
        }
        return .file(size: UInt64(size), pieces: pieces)
    }

    private func piece(
        _ digest: ArraySlice<UInt8>,
        _ pack: ArraySlice<UInt8>?,
        _ offset: ArraySlice<UInt8>?,
        _ size: Int
    ) throws(CacheError) -> Manifest.Piece {
        guard let digest = ContentDigest(hex: digest), let pack = pack.flatMap({ number($0) }),
            let offset = offset.flatMap({ number($0) }), pack < manifest.packs.count,
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

    private func damaged(_ what: String) -> CacheError {
        .damaged("the manifest is damaged at line \(line): \(what)")
    }

    // MARK: Values

    func path(_ text: ArraySlice<UInt8>) -> PathBytes? {
        guard let bytes = unescaped(text), bytes.count <= Limits.path else { return nil }
        let relative = bytes.starts(with: "./".utf8)
        let path = PathBytes(relative ? Array(bytes.dropFirst(2)) : bytes)
        guard path.isAbsolute != relative else { return nil }
        return isSafe(path.bytes, from: path.isAbsolute ? 1 : 0) ? path : nil
    }

    /// Whether no name of a path is empty, `.`, `..` or too long.
    private func isSafe(_ bytes: [UInt8], from start: Int) -> Bool {
        var first = start
        for end in start...bytes.count where end == bytes.count || bytes[end] == slash {
            let length = end - first
            guard length > 0, length <= 255 else { return false }
            if length <= 2, bytes[first] == UInt8(ascii: "."), bytes[end - 1] == UInt8(ascii: ".") {
                return false
            }
            first = end + 1
        }
        return true
    }

    func unescaped(_ text: ArraySlice<UInt8>) -> [UInt8]? {
        if text.allSatisfy(ManifestText.isPlain) { return Array(text) }
        var bytes: [UInt8] = []
        var rest = text
        while let byte = rest.popFirst() {
            if byte != UInt8(ascii: "\\") {
                guard ManifestText.isPlain(byte) else { return nil }
                bytes.append(byte)
                continue
            }
            guard let value = octal(rest.prefix(3)), rest.count >= 3, value > 0, value < 256 else {
                return nil
            }
            rest.removeFirst(3)
            bytes.append(UInt8(value))
        }
        return bytes
    }

    func number(_ digits: ArraySlice<UInt8>) -> Int? {
        guard !digits.isEmpty, digits.count <= 15 else { return nil }
        var value = 0
        for digit in digits {
            guard digit >= UInt8(ascii: "0"), digit <= UInt8(ascii: "9") else { return nil }
            value = value * 10 + Int(digit - UInt8(ascii: "0"))
        }
        return value
    }

    private func octal(_ digits: ArraySlice<UInt8>) -> UInt32? {
        guard !digits.isEmpty, digits.count <= 7 else { return nil }
        var value: UInt32 = 0
        for digit in digits {
            guard digit >= UInt8(ascii: "0"), digit <= UInt8(ascii: "7") else { return nil }
            value = value << 3 | UInt32(digit - UInt8(ascii: "0"))
        }
        return value
    }

    func time(_ text: ArraySlice<UInt8>) -> FileTime? {
        let negative = text.first == UInt8(ascii: "-")
        let body = negative ? text.dropFirst() : text
        guard let dot = body.firstIndex(of: UInt8(ascii: ".")),
            let seconds = number(body[..<dot]), body.endIndex - dot == 10,
            let nanoseconds = number(body[(dot + 1)...])
        else { return nil }
        let signed = negative ? -Int64(seconds) : Int64(seconds)
        return FileTime(seconds: signed, nanoseconds: Int32(nanoseconds))
    }
}

/// The space-separated fields of a line, read from the left.
struct ManifestFields {
    private var rest: ArraySlice<UInt8>

    init(_ text: ArraySlice<UInt8>) {
        rest = text
    }

    mutating func next() -> ArraySlice<UInt8>? {
        guard !rest.isEmpty else { return nil }
        return field(from: rest.startIndex)
    }

    /// The value of the next field if its keyword is this one; else nothing is read.
    mutating func value(_ keyword: StaticString) -> ArraySlice<UInt8>? {
        let start = rest.startIndex
        let length = keyword.utf8CodeUnitCount
        guard rest.count > length, rest[start + length] == UInt8(ascii: "=") else { return nil }
        let matches = keyword.withUTF8Buffer { keyword in
            for index in 0..<length where unsafe rest[start + index] != keyword[index] {
                return false
            }
            return true
        }
        return matches ? field(from: start + length + 1) : nil
    }

    private mutating func field(from start: Int) -> ArraySlice<UInt8> {
        var end = start
        while end < rest.endIndex, rest[end] != UInt8(ascii: " ") { end += 1 }
        defer { rest = rest[min(end + 1, rest.endIndex)...] }
        return rest[start..<end]
    }
}
