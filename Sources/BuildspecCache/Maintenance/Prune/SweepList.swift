/// Objects of a shared store that nobody referred to when a prune looked: what a later one removes.
///
/// It is a hint and no order. Who sweeps looks again whether somebody refers to an object, and how old
/// it is, so a list that somebody forged removes nothing that is in use.
struct SweepList: Sendable, Equatable {
    /// When the prune looked, in seconds since 1970.
    var marked: Int64
    /// The names of packs and manifests, in order.
    var objects: [String]

    private static let head = "buildspec-sweep"

    /// Lists of so many objects that each can be read.
    static func lists(of objects: [String], marked: Int64) -> [SweepList] {
        let objects = objects.sorted()
        return stride(from: 0, to: objects.count, by: Limits.sweepObjects).map { start in
            let part = objects[start..<min(start + Limits.sweepObjects, objects.count)]
            return SweepList(markedAt: marked, objects: Array(part))
        }
    }

    /// The time and the digest of the bytes, so that prunes beside each other do not meet.
    static func name(_ marked: Int64, _ bytes: [UInt8]) -> String {
        StoreLayout.sweep(marked, ContentDigest(of: bytes))
    }

    func encode() -> [UInt8] {
        ChecksummedText.encode(
            ["\(SweepList.head) 1", "marked \(marked)"] + objects.map { "object \($0)" }
        )
    }

    /// Reads a list from bytes that need not be trusted.
    ///
    /// - Throws: `damaged`, also when it names anything but packs and manifests.
    static func decode(_ bytes: [UInt8]) throws(CacheError) -> SweepList {
        guard let lines = ChecksummedText.decode(bytes), lines.count >= 2,
            let marked = value("marked", lines[1]).flatMap({ Int64($0) })
        else { throw .damaged("the list of what is to be swept is damaged") }
        guard lines[0] == "\(head) 1" else {
            throw .damaged("the list of what is to be swept has an unknown version")
        }
        var objects: [String] = []
        for line in lines.dropFirst(2) {
            guard let name = value("object", line), objects.count < Limits.sweepObjects,
                StoreLayout.content(ofName: name) != nil
            else { throw .damaged("the list of what is to be swept names what cannot be swept") }
            objects.append(name)
        }
        return SweepList(markedAt: marked, objects: objects)
    }

    private static func value(_ keyword: String, _ line: Substring) -> String? {
        line.hasPrefix(keyword + " ") ? String(line.dropFirst(keyword.utf8.count + 1)) : nil
    }
}
