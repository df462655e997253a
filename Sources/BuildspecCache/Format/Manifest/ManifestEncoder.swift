internal import BuildspecFiles

/// An encoder of manifests as text in the style of mtree(5); equal manifests give equal bytes.
enum ManifestEncoder {
    /// Encodes a manifest.
    static func encode(_ manifest: Manifest) -> [UInt8] {
        head(manifest.packs) + lines(manifest.entries[...])
    }

    /// Encodes a manifest on several threads.
    static func encodeInBlocks(_ manifest: Manifest) async -> [UInt8] {
        let blocks = await manifest.entries.mapBlocks { lines($0) }
        var text = head(manifest.packs)
        text.reserveCapacity(blocks.reduce(text.count) { $0 + $1.count })
        for block in blocks { text += block }
        return text
    }

    private static func head(_ packs: [Manifest.Pack]) -> [UInt8] {
        var text = Array("#mtree\n#buildspec-manifest 1\n".utf8)
        for (index, pack) in packs.enumerated() {
            text +=
                ("#pack \(index) sha256=\(pack.digest.hex) codec=\(pack.codec.rawValue)"
                + " stored=\(pack.storedSize) size=\(pack.contentSize)\n").utf8
        }
        return text
    }

    private static func lines(_ entries: ArraySlice<Manifest.Entry>) -> [UInt8] {
        var text: [UInt8] = []
        text.reserveCapacity(160 * entries.count)
        for entry in entries {
            text.append(addingCapacity: longestLine(entry)) { line in line.put(entry) }
        }
        return text
    }

    /// The largest length that the line of an entry can have.
    private static func longestLine(_ entry: Manifest.Entry) -> Int {
        // The keywords, six numbers of at most 22 digits, and a digest.
        let others = 320
        let path = ManifestText.longestEscape * entry.path.bytes.count
        switch entry.kind {
        case .directory: return path + others
        case .link(let target): return path + others + ManifestText.longestEscape * target.count
        case .hardLink(let other):
            return path + others + ManifestText.longestEscape * other.bytes.count
        // A blob takes a digest and three numbers.
        case .file(_, let blobs): return path + others + 136 * blobs.count
        }
    }
}

/// Fields are written without strings, because every file of a tree has ten.
extension OutputSpan<UInt8> {
    fileprivate mutating func put(_ entry: Manifest.Entry) {
        put(entry.path)
        switch entry.kind {
        case .directory: put(" type=dir")
        case .link: put(" type=link")
        case .file, .hardLink: put(" type=file")
        }
        put(" mode=0")
        put(octal: entry.mode)
        put(" time=")
        put(entry.modified)
        switch entry.kind {
        case .directory: break
        case .link(let target):
            put(" link=")
            ManifestText.escape(target, into: &self)
        case .hardLink(let path):
            put(" hardlink=")
            put(path)
        case .file(let size, let blobs):
            put(" size=")
            put(number: size)
            put(blobs)
        }
        append(newline)
    }

    private mutating func put(_ blobs: BlobList) {
        if blobs.count == 1 {
            put(" sha256=")
            blobs[0].digest.appendHex(to: &self)
            put(" pack=")
            put(number: UInt64(blobs[0].pack))
            put(" offset=")
            put(number: UInt64(blobs[0].offset))
        } else if !blobs.isEmpty {
            put(" chunks=")
            for (index, blob) in blobs.enumerated() {
                if index > 0 { put(",") }
                blob.digest.appendHex(to: &self)
                for number in [blob.pack, blob.offset, blob.size] {
                    put(":")
                    put(number: UInt64(number))
                }
            }
        }
    }

    private mutating func put(_ path: PathBytes) {
        if !path.isAbsolute { put("./") }
        ManifestText.escape(path.bytes, into: &self)
    }

    private mutating func put(_ time: FileTime) {
        if time.seconds < 0 { put("-") }
        put(number: time.seconds.magnitude)
        put(".")
        put(number: UInt64(time.nanoseconds), digits: 9)
    }

    private mutating func put(_ part: StaticString) {
        part.withUTF8Buffer { part in
            for index in part.indices { unsafe append(part[index]) }
        }
    }

    /// Writes a number with at least `digits` decimal digits.
    private mutating func put(number: UInt64, digits: Int = 1) {
        let limit: UInt64 = 10_000_000_000_000_000
        if number >= limit { put(number: number / limit) }
        // The last digit comes first, so up to sixteen digits are reversed here, four bits each.
        var rest = number % limit
        var reversed: UInt64 = 0
        var count = 0
        while rest > 0 || count < (number >= limit ? 16 : digits) {
            reversed = reversed << 4 | rest % 10
            rest /= 10
            count += 1
        }
        for _ in 0..<count {
            append(UInt8(ascii: "0") + UInt8(truncatingIfNeeded: reversed & 0xF))
            reversed >>= 4
        }
    }

    private mutating func put(octal number: UInt32) {
        var shift: UInt32 = 0
        while number >> shift > 7 { shift += 3 }
        while true {
            append(UInt8(ascii: "0") + UInt8(truncatingIfNeeded: number >> shift & 7))
            if shift == 0 { return }
            shift -= 3
        }
    }
}
