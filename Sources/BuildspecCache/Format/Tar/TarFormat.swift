internal import BuildspecFiles

/// The members of a pack: a POSIX tar with normalised headers, which any `tar` can read.
///
/// Owner and time are zero and the mode is fixed, so a pack's bytes depend on names, contents and
/// order alone; the manifest has the modes and times of files.
enum TarFormat {
    /// Appends a member, and returns the offset of its first content byte in `tar`.
    static func append(
        _ name: PathBytes,
        _ content: ArraySlice<UInt8>,
        to tar: inout [UInt8]
    ) -> Int {
        appendHead(name, content.count, to: &tar)
        let offset = tar.count
        tar.append(contentsOf: content)
        TarBlocks.pad(&tar)
        return offset
    }

    /// The name of the chunk at an offset of a file; the chunks sorted by name are the file.
    static func chunkName(_ path: PathBytes, at offset: UInt64) -> PathBytes {
        let digits = String(offset)
        let suffix = "#" + String(repeating: "0", count: max(0, 14 - digits.utf8.count)) + digits
        return PathBytes(path.bytes + Array(suffix.utf8))
    }

    /// Appends the header of a content of `size` bytes.
    static func appendHead(_ name: PathBytes, _ size: Int, to tar: inout [UInt8]) {
        let name = memberName(name)
        if let split = ustarSplit(name) {
            appendHeader(split.name, prefix: split.prefix, size, type: "0", to: &tar)
        } else {
            let record = TarBlocks.paxRecord("path", name)
            appendHeader(Array("pax-path".utf8)[...], record.count, type: "x", to: &tar)
            tar.append(contentsOf: record)
            TarBlocks.pad(&tar)
            appendHeader(name.prefix(100), size, type: "0", to: &tar)
        }
    }

    /// Appends the end of the archive, two empty blocks.
    static func finish(_ tar: inout [UInt8]) {
        tar.append(contentsOf: repeatElement(0, count: 2 * TarBlocks.size))
    }

    /// Removes the first slash of an absolute path, as `tar` does.
    private static func memberName(_ path: PathBytes) -> ArraySlice<UInt8> {
        path.isAbsolute ? path.bytes.dropFirst() : path.bytes[...]
    }

    /// Splits a name into the name and prefix fields; `nil` if it does not fit them.
    private static func ustarSplit(
        _ name: ArraySlice<UInt8>
    ) -> (name: ArraySlice<UInt8>, prefix: ArraySlice<UInt8>)? {
        if name.count <= 100 { return (name, []) }
        // The slash between the fields is the first one after which the rest fits the name field.
        let first = name.endIndex - 101
        guard let split = name[first...].firstIndex(of: slash), split > name.startIndex else {
            return nil
        }
        let prefix = name[..<split]
        let rest = name[(split + 1)...]
        return prefix.count <= 155 && !rest.isEmpty ? (rest, prefix) : nil
    }

    /// The fields that all headers share.
    private static let template: [UInt8] = {
        var header = [UInt8](repeating: 0, count: TarBlocks.size)
        func put(_ text: String, at start: Int) {
            for (index, byte) in text.utf8.enumerated() { header[start + index] = byte }
        }
        put("0000644", at: 100)
        put("0000000", at: 108)
        put("0000000", at: 116)
        put("00000000000", at: 136)
        put("        ", at: 148)
        put("ustar\u{0}00", at: 257)
        return header
    }()

    /// Appends a header; each text and number must fit its field.
    static func appendHeader(
        _ name: ArraySlice<UInt8>,
        prefix: ArraySlice<UInt8> = [],
        target: ArraySlice<UInt8> = [],
        _ size: Int,
        type: Unicode.Scalar,
        mode: Int = 0o644,
        seconds: Int = 0,
        to tar: inout [UInt8]
    ) {
        let start = tar.count
        tar.append(contentsOf: template)
        for (index, byte) in name.enumerated() { tar[start + index] = byte }
        for (index, byte) in target.enumerated() { tar[start + 157 + index] = byte }
        for (index, byte) in prefix.enumerated() { tar[start + 345 + index] = byte }
        if mode != 0o644 { putOctal(mode, digits: 7, in: &tar, at: start + 100) }
        putOctal(size, digits: 11, in: &tar, at: start + 124)
        if seconds != 0 { putOctal(seconds, digits: 11, in: &tar, at: start + 136) }
        tar[start + 156] = UInt8(ascii: type)
        let sum = sum(of: tar.span.extracting(start...))
        putOctal(sum, digits: 6, in: &tar, at: start + 148)
        tar[start + 154] = 0
    }

    private static func sum(of header: Span<UInt8>) -> Int {
        var sum: UInt32 = 0
        for index in 0..<header.count { sum &+= UInt32(header[index]) }
        return Int(sum)
    }

    private static func putOctal(_ value: Int, digits: Int, in tar: inout [UInt8], at start: Int) {
        var rest = value
        for index in (start..<start + digits).reversed() {
            tar[index] = UInt8(ascii: "0") + UInt8(rest & 7)
            rest >>= 3
        }
    }
}
