internal import BuildspecFiles

/// The index as a file: a head, little-endian numbers, and the digest of everything before it.
extension StatIndex {
    private static let head = Array("buildspec-stat 2\n".utf8)
    private static let markSize = 28

    func encode() -> [UInt8] {
        var bytes = StatIndex.head + manifest.hexBytes
        bytes.reserveCapacity(bytes.count + marks.count * StatIndex.markSize + 4096)
        StatIndex.append(UInt32(summary?.packs.count ?? 0), to: &bytes)
        StatIndex.append(UInt32(marks.count), to: &bytes)
        bytes.append(summary == nil ? 0 : 1)
        if let summary { StatIndex.append(summary, to: &bytes) }
        for mark in marks {
            StatIndex.append(mark?.inode ?? 0, to: &bytes)
            StatIndex.append(mark?.device ?? 0, to: &bytes)
            StatIndex.append(UInt64(bitPattern: mark?.changed.seconds ?? 0), to: &bytes)
            StatIndex.append(UInt32(bitPattern: mark?.changed.nanoseconds ?? -1), to: &bytes)
        }
        return bytes + ContentDigest(of: bytes).hexBytes
    }

    private static func append(_ summary: Summary, to bytes: inout [UInt8]) {
        bytes += summary.tree.hexBytes
        bytes.append(number(of: summary.codec))
        append(UInt64(summary.files), to: &bytes)
        append(summary.bytes, to: &bytes)
        for pack in summary.packs {
            bytes += pack.digest.hexBytes
            bytes.append(number(of: pack.codec))
            append(pack.storedSize, to: &bytes)
            append(UInt64(pack.contentSize), to: &bytes)
        }
    }

    /// Reads an index; `nil` for bytes that are none.
    init?(_ bytes: [UInt8]) {
        let end = bytes.count - 64
        guard end >= StatIndex.head.count, bytes.starts(with: StatIndex.head),
            ContentDigest(hex: bytes[end...]) == ContentDigest(of: bytes, 0..<end)
        else { return nil }
        // The digest proves that the bytes are our own, so only their length is checked from here.
        var reader = Reader(bytes: bytes, place: StatIndex.head.count, end: end)
        guard let manifest = reader.digest(), let packCount = reader.number(UInt32.self),
            let markCount = reader.number(UInt32.self), let hasSummary = reader.number(UInt8.self)
        else { return nil }
        self.manifest = manifest
        marks = []
        if hasSummary == 1 {
            guard let summary = reader.summary(packs: Int(packCount)) else { return nil }
            self.summary = summary
        }
        guard reader.end - reader.place == Int(markCount) * StatIndex.markSize else { return nil }
        marks.reserveCapacity(Int(markCount))
        while let mark = reader.mark() { marks.append(mark) }
    }

    private static func append(_ value: some FixedWidthInteger, to bytes: inout [UInt8]) {
        unsafe withUnsafeBytes(of: value.littleEndian) { unsafe bytes.append(contentsOf: $0) }
    }

    private static func number(of codec: Codec) -> UInt8 {
        UInt8(Codec.allCases.firstIndex(of: codec) ?? 0)
    }

    private struct Reader {
        let bytes: [UInt8]
        var place: Int
        let end: Int

        mutating func number<Value: FixedWidthInteger>(_ type: Value.Type) -> Value? {
            let size = MemoryLayout<Value>.size
            guard end - place >= size else { return nil }
            defer { place += size }
            return unsafe bytes.withUnsafeBytes { buffer in
                unsafe Value(
                    littleEndian: buffer.loadUnaligned(fromByteOffset: place, as: Value.self)
                )
            }
        }

        mutating func digest() -> ContentDigest? {
            guard end - place >= 64 else { return nil }
            defer { place += 64 }
            return ContentDigest(hex: bytes[place..<place + 64])
        }

        private mutating func codec() -> Codec? {
            number(UInt8.self).flatMap {
                Int($0) < Codec.allCases.count ? Codec.allCases[Int($0)] : nil
            }
        }

        mutating func summary(packs count: Int) -> Summary? {
            guard let tree = digest(), let codec = codec(), let files = number(UInt64.self),
                let size = number(UInt64.self)
            else { return nil }
            var packs: [Manifest.Pack] = []
            for _ in 0..<count {
                guard let digest = digest(), let codec = self.codec(),
                    let stored = number(UInt64.self), let content = number(UInt64.self)
                else { return nil }
                packs.append(
                    Manifest.Pack(
                        digest: digest,
                        codec: codec,
                        storedSize: stored,
                        contentSize: Int(clamping: content)
                    )
                )
            }
            return Summary(
                tree: tree,
                codec: codec,
                packs: packs,
                files: Int(clamping: files),
                bytes: size
            )
        }

        /// The next mark, which may say that nothing is known; `nil` at the end.
        mutating func mark() -> Mark?? {
            guard let inode = number(UInt64.self), let device = number(UInt64.self),
                let seconds = number(UInt64.self), let nanoseconds = number(UInt32.self)
            else { return nil }
            let time = FileTime(
                seconds: Int64(bitPattern: seconds),
                nanoseconds: Int32(bitPattern: nanoseconds)
            )
            guard time.nanoseconds >= 0 else { return .some(nil) }
            return Mark(inode: inode, device: device, changed: time)
        }
    }
}
