internal import BuildspecFiles

/// Writes a manifest as text in the style of mtree(5); equal manifests give equal bytes.
struct ManifestEncoder {
    private var text: [UInt8] = []

    static func encode(_ manifest: Manifest) -> [UInt8] {
        var encoder = ManifestEncoder()
        encoder.text.reserveCapacity(160 * manifest.entries.count + 256)
        encoder.put("#mtree\n#buildspec-manifest 1\n")
        for (index, pack) in manifest.packs.enumerated() {
            encoder.text += Array(
                ("#pack \(index) sha256=\(pack.digest.hex) codec=\(pack.codec.rawValue)"
                    + " stored=\(pack.storedSize) size=\(pack.contentSize)\n").utf8
            )
        }
        for entry in manifest.entries { encoder.put(entry) }
        return encoder.text
    }

    private mutating func put(_ entry: Manifest.Entry) {
        put(entry.path)
        switch entry.kind {
        case .directory: put(" type=dir")
        case .link: put(" type=link")
        case .file, .hardLink: put(" type=file")
        }
        put(" mode=0")
        put(number: UInt64(entry.mode), radix: 8)
        put(" time=")
        put(entry.modified)
        switch entry.kind {
        case .directory: break
        case .link(let target):
            put(" link=")
            putEscaped(target)
        case .hardLink(let path):
            put(" hardlink=")
            put(path)
        case .file(let size, let pieces):
            put(" size=")
            put(number: size)
            put(pieces)
        }
        text.append(newline)
    }

    private mutating func put(_ pieces: [Manifest.Piece]) {
        if pieces.count == 1 {
            put(" sha256=")
            pieces[0].digest.appendHex(to: &text)
            put(" pack=")
            put(number: UInt64(pieces[0].pack))
            put(" offset=")
            put(number: UInt64(pieces[0].offset))
        } else if !pieces.isEmpty {
            put(" chunks=")
            for (index, piece) in pieces.enumerated() {
                if index > 0 { put(",") }
                piece.digest.appendHex(to: &text)
                for number in [piece.pack, piece.offset, piece.size] {
                    put(":")
                    put(number: UInt64(number))
                }
            }
        }
    }

    private mutating func put(_ path: PathBytes) {
        if !path.isAbsolute { put("./") }
        putEscaped(path.bytes)
    }

    private mutating func put(_ time: FileTime) {
        if time.seconds < 0 { put("-") }
        put(number: time.seconds.magnitude)
        put(".")
        put(number: UInt64(time.nanoseconds), digits: 9)
    }

    private mutating func put(_ part: StaticString) {
        part.withUTF8Buffer { unsafe text.append(contentsOf: $0) }
    }

    /// Writes a number without making a string of it, because there are several for every file.
    private mutating func put(number: UInt64, radix: UInt64 = 10, digits: Int = 1) {
        var unit: UInt64 = 1
        var count = 1
        while count < digits || number / unit >= radix {
            unit *= radix
            count += 1
        }
        var rest = number
        text.append(addingCapacity: count) { digits in
            while unit > 0 {
                digits.append(UInt8(ascii: "0") + UInt8(truncatingIfNeeded: rest / unit))
                rest %= unit
                unit /= radix
            }
        }
    }

    private mutating func putEscaped(_ bytes: [UInt8]) {
        ManifestText.escape(bytes, into: &text)
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
        let bytes = text.span
        var end = start
        while bytes[end] != newline { end += 1 }
        return end
    }

    /// Appends bytes, everything but plain printing characters as `\ooo`.
    static func escape(_ bytes: [UInt8], into text: inout [UInt8]) {
        if bytes.allSatisfy(isPlain) { return text.append(contentsOf: bytes) }
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
