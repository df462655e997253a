/// The rules of tar that readers and writers share: blocks, checksums and pax records.
enum TarBlocks {
    static let size = 512

    /// Appends zeros up to the end of the last block.
    static func pad(_ bytes: inout [UInt8]) {
        let surplus = bytes.count % size
        if surplus > 0 { bytes.append(contentsOf: repeatElement(0, count: size - surplus)) }
    }

    /// The sum of a header's bytes, with the checksum field counted as spaces.
    static func checksum(_ block: ArraySlice<UInt8>) -> UInt64 {
        var sum: UInt64 = 8 * 0x20
        for (index, byte) in block.enumerated() where !(148..<156).contains(index) {
            sum += UInt64(byte)
        }
        return sum
    }

    /// Encodes a record of an extended header: its length in decimal, the keyword and the value.
    ///
    /// Source: POSIX, pax, "pax Extended Header".
    static func paxRecord(_ keyword: String, _ value: some Collection<UInt8>) -> [UInt8] {
        let rest = Array(" \(keyword)=".utf8) + value + [newline]
        var length = rest.count
        while String(length).utf8.count + rest.count != length {
            length = String(length).utf8.count + rest.count
        }
        return Array(String(length).utf8) + rest
    }
}
