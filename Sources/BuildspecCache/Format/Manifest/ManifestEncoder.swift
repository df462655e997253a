internal import BuildspecFiles

#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Musl)
    internal import Musl
#else
    internal import Darwin
#endif

/// Writes a manifest as text in the style of mtree(5); equal manifests give equal bytes.
enum ManifestEncoder {
    static func encode(_ manifest: Manifest) -> [UInt8] {
        head(manifest.packs) + lines(manifest.entries[...])
    }

    /// The same on several threads.
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

    /// No line of an entry is longer than this.
    private static func longestLine(_ entry: Manifest.Entry) -> Int {
        // The names of the keywords, six numbers of at most 22 digits, and a digest.
        let others = 320
        let path = ManifestText.longestEscape * entry.path.bytes.count
        switch entry.kind {
        case .directory: return path + others
        case .link(let target): return path + others + ManifestText.longestEscape * target.count
        case .hardLink(let other):
            return path + others + ManifestText.longestEscape * other.bytes.count
        // A blob is a digest and three numbers.
        case .file(_, let blobs): return path + others + 136 * blobs.count
        }
    }
}

/// There are ten fields for every file of a tree, so no strings are made of them.
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

    /// Writes a number with at least so many decimal digits.
    private mutating func put(number: UInt64, digits: Int = 1) {
        let most: UInt64 = 10_000_000_000_000_000
        if number >= most { put(number: number / most) }
        // The digits come last one first, so sixteen of them wait here, four bits each.
        var rest = number % most
        var waiting: UInt64 = 0
        var count = 0
        while rest > 0 || count < (number >= most ? 16 : digits) {
            waiting = waiting << 4 | rest % 10
            rest /= 10
            count += 1
        }
        for _ in 0..<count {
            append(UInt8(ascii: "0") + UInt8(truncatingIfNeeded: waiting & 0xF))
            waiting >>= 4
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

let newline = UInt8(ascii: "\n")

/// What writer and reader of manifests agree on.
enum ManifestText {
    /// Whether a byte of a path stands for itself: printing ASCII but the space, `\` and `#`.
    static func isPlain(_ byte: UInt8) -> Bool {
        byte > 0x20 && byte < 0x7F && byte != UInt8(ascii: "\\") && byte != UInt8(ascii: "#")
    }

    /// Where the newline of a line is; the text ends with one.
    static func endOfLine(_ text: [UInt8], _ start: Int) -> Int {
        unsafe text.withUnsafeBytes { bytes in
            guard let first = unsafe bytes.baseAddress.map({ unsafe $0 + start }),
                let end = unsafe memchr(first, CInt(newline), bytes.count - start)
            else { preconditionFailure("a manifest ends with a newline") }
            return unsafe start + first.distance(to: end)
        }
    }

    /// Whether a word stands at a place of a text that is long enough for it.
    @inline(__always)
    static func isWord(_ word: StaticString, _ text: [UInt8], _ place: Int) -> Bool {
        unsafe text.withUnsafeBytes { text in
            guard let bytes = text.baseAddress else { return false }
            return unsafe memcmp(bytes + place, word.utf8Start, word.utf8CodeUnitCount) == 0
        }
    }

    /// Whether a line of another text stands at a place of a text.
    static func isSame(_ text: [UInt8], _ place: Int, _ line: ArraySlice<UInt8>) -> Bool {
        guard line.count <= text.count - place else { return false }
        return unsafe text.withUnsafeBytes { text in
            unsafe line.withUnsafeBytes { line in
                guard let mine = text.baseAddress, let theirs = line.baseAddress else {
                    return false
                }
                return unsafe memcmp(mine + place, theirs, line.count) == 0
            }
        }
    }

    /// Where the lines of the entries begin in a text that ends with a newline.
    static func endOfHead(_ text: [UInt8]) -> Int { endOfHead(text, text.count) }

    /// The same in the lines of a text that end at a place, right behind a newline.
    static func endOfHead(_ text: [UInt8], _ end: Int) -> Int {
        var place = 0
        while place < end, text[place] == UInt8(ascii: "#") {
            place = endOfLine(text, place) + 1
        }
        return place
    }

    /// How many bytes one byte is at most, escaped.
    static let longestEscape = 4

    /// Appends bytes, everything but plain printing characters as `\ooo`.
    static func escape(_ bytes: [UInt8], into text: inout [UInt8]) {
        text.append(addingCapacity: longestEscape * bytes.count) { escape(bytes, into: &$0) }
    }

    /// Appends bytes in the same way where there is room for them.
    static func escape(_ bytes: [UInt8], into text: inout OutputSpan<UInt8>) {
        for byte in bytes {
            if isPlain(byte) {
                text.append(byte)
            } else {
                text.append(UInt8(ascii: "\\"))
                for shift in [6, 3, 0] as [UInt8] {
                    text.append(UInt8(ascii: "0") + (byte >> shift & 7))
                }
            }
        }
    }
}
