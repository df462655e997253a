import CZlib

@testable import BuildspecZip

/// An archive as an independent reader of the ZIP specification understands it.
struct WrittenArchive {
    struct Entry {
        var name: [UInt8]
        var madeBy: Int
        var flags: Int
        var method: Int
        var dosTime: UInt32
        var checksum: UInt32
        var compressedSize: Int
        var size: Int
        var mode: UInt32
        var offset: Int
        /// The extended timestamp.
        var time: Int64?

        var text: String { String(decoding: name, as: UTF8.self) }
    }

    struct Damage: Error {
        var reason: String
    }

    let bytes: [UInt8]
    let result: ZipResult
    private(set) var entries: [Entry] = []

    init(bytes: [UInt8], result: ZipResult = ZipResult()) throws {
        self.bytes = bytes
        self.result = result
        let end = bytes.count - 22
        guard end >= 0, number(end, 4) == 0x0605_4B50 else { throw Damage(reason: "no end") }
        var (count, start) = (number(end + 10, 2), number(end + 16, 4))
        if end >= 20, number(end - 20, 4) == 0x0706_4B50 {
            let wide = number(end - 20 + 8, 8)
            guard number(wide, 4) == 0x0606_4B50 else { throw Damage(reason: "no 64-bit end") }
            (count, start) = (number(wide + 32, 8), number(wide + 48, 8))
        }
        for _ in 0..<count {
            guard number(start, 4) == 0x0201_4B50 else { throw Damage(reason: "no entry") }
            entries.append(entry(start))
            start += 46 + number(start + 28, 2) + number(start + 30, 2) + number(start + 32, 2)
        }
    }

    private func entry(_ start: Int) -> Entry {
        let name = start + 46..<start + 46 + number(start + 28, 2)
        var entry = Entry(
            name: Array(bytes[name]),
            madeBy: number(start + 4, 2),
            flags: number(start + 8, 2),
            method: number(start + 10, 2),
            dosTime: UInt32(number(start + 12, 4)),
            checksum: UInt32(number(start + 16, 4)),
            compressedSize: number(start + 20, 4),
            size: number(start + 24, 4),
            mode: UInt32(number(start + 38, 4)) >> 16,
            offset: number(start + 42, 4)
        )
        var field = name.upperBound
        let end = field + number(start + 30, 2)
        while field < end {
            var value = field + 4
            switch number(field, 2) {
            case 0x5455: entry.time = Int64(number(field + 5, 4))
            case 1:
                for path in [\Entry.size, \.compressedSize, \.offset]
                where entry[keyPath: path] == 0xFFFF_FFFF {
                    entry[keyPath: path] = number(value, 8)
                    value += 8
                }
            default: break
            }
            field += 4 + number(field + 2, 2)
        }
        return entry
    }

    /// Returns the content of an entry, after a check of its local header and its checksum.
    func content(_ name: String) throws -> [UInt8] {
        guard let entry = entries.first(where: { $0.text == name }),
            number(entry.offset, 4) == 0x0403_4B50,
            number(entry.offset + 14, 4) == Int(entry.checksum),
            number(entry.offset + 18, 4) == entry.compressedSize,
            number(entry.offset + 22, 4) == entry.size
        else { throw Damage(reason: "the headers of '\(name)' differ") }
        let start =
            entry.offset + 30 + number(entry.offset + 26, 2) + number(entry.offset + 28, 2)
        let data = Array(bytes[start..<(start + entry.compressedSize)])
        let content = entry.method == 0 ? data : try inflated(data, entry.size)
        guard Checksum.of(content.span) == entry.checksum else {
            throw Damage(reason: "the checksum of '\(name)' differs")
        }
        return content
    }

    private func inflated(_ data: [UInt8], _ size: Int) throws -> [UInt8] {
        var stream = unsafe z_stream()
        let length = unsafe CInt(MemoryLayout<z_stream>.size)
        unsafe inflateInit2_(&stream, -15, ZLIB_VERSION, length)
        defer { unsafe inflateEnd(&stream) }
        var input = data
        var output = [UInt8](repeating: 0, count: size + 1)
        var status = Z_OK
        unsafe input.withUnsafeMutableBufferPointer { source in
            unsafe output.withUnsafeMutableBufferPointer { target in
                unsafe stream.next_in = source.baseAddress
                unsafe stream.avail_in = uInt(source.count)
                unsafe stream.next_out = target.baseAddress
                unsafe stream.avail_out = uInt(target.count)
                status = unsafe inflate(&stream, Z_FINISH)
            }
        }
        let rest = unsafe (input: stream.avail_in, output: stream.avail_out)
        guard status == Z_STREAM_END, rest == (0, 1) else { throw Damage(reason: "damaged data") }
        return output.dropLast()
    }

    private func number(_ offset: Int, _ count: Int) -> Int {
        var number = 0
        for index in (0..<count).reversed() { number = number << 8 | Int(bytes[offset + index]) }
        return number
    }
}
