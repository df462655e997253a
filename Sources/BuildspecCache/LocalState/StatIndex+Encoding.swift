internal import BuildspecFiles

/// The encoding of the index as a `ChecksummedBinary`.
extension StatIndex {
    private static let head = Array("buildspec-stat 3\n".utf8)
    private static let stampSize = 28

    func encode() -> [UInt8] {
        var bytes = StatIndex.head + manifest.hexBytes
        bytes.reserveCapacity(bytes.count + stamps.count * StatIndex.stampSize + 4096)
        bytes.append(littleEndian: UInt32(summary?.packs.count ?? 0))
        bytes.append(littleEndian: UInt32(stamps.count))
        bytes.append(summary.map { $0.isVerified ? 2 : 1 } ?? 0)
        if let summary { StatIndex.append(summary, to: &bytes) }
        for stamp in stamps { bytes.append(stamp) }
        return ChecksummedBinary.sealed(bytes)
    }

    private static func append(_ summary: Summary, to bytes: inout [UInt8]) {
        bytes += summary.tree.hexBytes
        bytes.append(number(of: summary.codec))
        bytes.append(littleEndian: UInt64(summary.files))
        bytes.append(littleEndian: summary.bytes)
        for pack in summary.packs {
            bytes += pack.digest.hexBytes
            bytes.append(number(of: pack.codec))
            bytes.append(littleEndian: pack.storedSize)
            bytes.append(littleEndian: UInt64(pack.contentSize))
        }
    }

    /// Decodes an index; `nil` for other bytes.
    init?(_ bytes: [UInt8]) {
        guard var reader = ChecksummedBinary(bytes, head: StatIndex.head),
            let manifest = reader.digest(), let packCount = reader.number(UInt32.self),
            let stampCount = reader.number(UInt32.self), let hasSummary = reader.number(UInt8.self)
        else { return nil }
        self.manifest = manifest
        stamps = []
        guard hasSummary <= 2 else { return nil }
        if hasSummary > 0 {
            guard var summary = reader.summary(packs: Int(packCount)) else { return nil }
            summary.isVerified = hasSummary == 2
            self.summary = summary
        }
        guard reader.count == Int(stampCount) * StatIndex.stampSize else { return nil }
        stamps.reserveCapacity(Int(stampCount))
        while let stamp = reader.stamp() { stamps.append(stamp) }
    }

    private static func number(of codec: Codec) -> UInt8 {
        UInt8(Codec.allCases.firstIndex(of: codec) ?? 0)
    }
}

extension ChecksummedBinary {
    fileprivate mutating func codec() -> Codec? {
        number(UInt8.self).flatMap {
            Int($0) < Codec.allCases.count ? Codec.allCases[Int($0)] : nil
        }
    }

    fileprivate mutating func summary(packs count: Int) -> StatIndex.Summary? {
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
        return StatIndex.Summary(
            tree: tree,
            codec: codec,
            packs: packs,
            files: Int(clamping: files),
            bytes: size
        )
    }

    /// Reads the next stamp, which is `.some(nil)` for an unknown entry; `nil` at the end.
    mutating func stamp() -> InodeStamp?? {
        guard let inode = number(UInt64.self), let device = number(UInt64.self),
            let seconds = number(UInt64.self), let nanoseconds = number(UInt32.self)
        else { return nil }
        let time = FileTime(
            seconds: Int64(bitPattern: seconds),
            nanoseconds: Int32(bitPattern: nanoseconds)
        )
        guard time.nanoseconds >= 0 else { return .some(nil) }
        return InodeStamp(inode: inode, device: device, changed: time)
    }
}

extension [UInt8] {
    /// Appends a stamp; `nil` stands for an unknown entry.
    mutating func append(_ stamp: InodeStamp?) {
        append(littleEndian: stamp?.inode ?? 0)
        append(littleEndian: stamp?.device ?? 0)
        append(littleEndian: UInt64(bitPattern: stamp?.changed.seconds ?? 0))
        append(littleEndian: UInt32(bitPattern: stamp?.changed.nanoseconds ?? -1))
    }
}
