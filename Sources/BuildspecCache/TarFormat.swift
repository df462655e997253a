internal import BuildspecFiles

/// Writes the members of a pack as a POSIX tar, its headers normalised.
///
/// Owner and time are zero and the mode is fixed, so a pack's bytes depend on names, contents and
/// order alone; what a file's mode and time are stands in the manifest. Any `tar` reads it.
enum TarFormat {
    static let block = 512

    /// Appends a member.
    ///
    /// - Returns: the offset of its first content byte in `tar`.
    static func append(
        _ name: PathBytes,
        _ content: ArraySlice<UInt8>,
        to tar: inout [UInt8]
    ) -> Int {
        let name = memberName(name)
        if let split = ustarSplit(name) {
            appendHeader(split.name, prefix: split.prefix, content.count, type: "0", to: &tar)
        } else {
            let record = paxRecord("path", name)
            appendHeader(Array("pax-path".utf8), prefix: [], record.count, type: "x", to: &tar)
            tar.append(contentsOf: record)
            pad(&tar)
            appendHeader(name.prefix(100), prefix: [], content.count, type: "0", to: &tar)
        }
        let offset = tar.count
        tar.append(contentsOf: content)
        pad(&tar)
        return offset
    }

    /// Ends the archive: two empty blocks.
    static func finish(_ tar: inout [UInt8]) {
        tar.append(contentsOf: repeatElement(0, count: 2 * block))
    }

    /// Absolute paths lose their first slash, as `tar` itself would make them.
    private static func memberName(_ path: PathBytes) -> ArraySlice<UInt8> {
        path.isAbsolute ? path.bytes.dropFirst() : path.bytes[...]
    }

    /// The name and prefix fields, or `nil` when the name does not fit them.
    private static func ustarSplit(
        _ name: ArraySlice<UInt8>
    ) -> (name: ArraySlice<UInt8>, prefix: ArraySlice<UInt8>)? {
        if name.count <= 100 { return (name, []) }
        // The slash between the two fields: as far left as the name field allows.
        let first = name.endIndex - 101
        guard let cut = name[first...].firstIndex(of: slash), cut > name.startIndex else {
            return nil
        }
        let prefix = name[..<cut]
        let rest = name[(cut + 1)...]
        return prefix.count <= 155 && !rest.isEmpty ? (rest, prefix) : nil
    }

    private static func appendHeader(
        _ name: some Collection<UInt8>,
        prefix: some Collection<UInt8>,
        _ size: Int,
        type: Character,
        to tar: inout [UInt8]
    ) {
        var header = [UInt8](repeating: 0, count: block)
        put(name, in: &header, at: 0)
        put(Array("0000644".utf8), in: &header, at: 100)
        put(Array("0000000".utf8), in: &header, at: 108)
        put(Array("0000000".utf8), in: &header, at: 116)
        put(octal(size, digits: 11), in: &header, at: 124)
        put(octal(0, digits: 11), in: &header, at: 136)
        put(Array("        ".utf8), in: &header, at: 148)
        put(Array(String(type).utf8), in: &header, at: 156)
        put(Array("ustar\u{0}00".utf8), in: &header, at: 257)
        put(prefix, in: &header, at: 345)
        let sum = header.reduce(0) { $0 + Int($1) }
        put(octal(sum, digits: 6) + [0], in: &header, at: 148)
        tar.append(contentsOf: header)
    }

    private static func put(
        _ bytes: some Collection<UInt8>,
        in header: inout [UInt8],
        at start: Int
    ) {
        for (index, byte) in bytes.enumerated() { header[start + index] = byte }
    }

    private static func octal(_ value: Int, digits: Int) -> [UInt8] {
        let text = String(value, radix: 8)
        return Array((String(repeating: "0", count: max(0, digits - text.utf8.count)) + text).utf8)
    }

    private static func pad(_ tar: inout [UInt8]) {
        let surplus = tar.count % block
        if surplus > 0 { tar.append(contentsOf: repeatElement(0, count: block - surplus)) }
    }

    /// One record of an extended header: its own length in decimal, the keyword and the value.
    private static func paxRecord(_ keyword: String, _ value: ArraySlice<UInt8>) -> [UInt8] {
        let rest = Array(" \(keyword)=".utf8) + value + [UInt8(ascii: "\n")]
        var length = rest.count
        while String(length).utf8.count + rest.count != length {
            length = String(length).utf8.count + rest.count
        }
        return Array(String(length).utf8) + rest
    }
}
