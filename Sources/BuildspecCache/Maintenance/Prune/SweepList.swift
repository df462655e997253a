/// A list of a shared store's unreferenced objects, which a later prune deletes.
///
/// A prune checks references and ages again before it deletes, so a forged list is harmless.
struct SweepList: Sendable, Equatable {
    /// The time when the prune wrote the list, in seconds since 1970.
    var markedAt: Int64
    /// The names of packs and manifests, in order.
    var objects: [String]

    private static let header = "buildspec-sweep"

    /// Splits objects into lists that are small enough to be read.
    static func lists(of objects: [String], markedAt time: Int64) -> [SweepList] {
        let objects = objects.sorted()
        return stride(from: 0, to: objects.count, by: Limits.sweepObjects).map { start in
            let part = objects[start..<min(start + Limits.sweepObjects, objects.count)]
            return SweepList(markedAt: time, objects: Array(part))
        }
    }

    /// Names a list by its time and digest, so that simultaneous prunes do not collide.
    static func name(_ time: Int64, _ bytes: [UInt8]) -> String {
        StoreLayout.sweep(time, ContentDigest(of: bytes))
    }

    /// Reads a list from a store; `nil` if it does not exist or is damaged.
    static func read(
        _ name: String,
        from store: any CacheStore
    ) async throws(StoreError) -> SweepList? {
        do throws(StoreError) {
            guard let object = try await store.read(name, limit: Limits.sweep) else { return nil }
            return try? decode(object.bytes)
        } catch {
            let damage: [StoreError.Code] = [.tooLarge, .notAFile, .blockedByDirectory]
            guard damage.contains(error.code) else { throw error }
            return nil
        }
    }

    func encode() -> [UInt8] {
        ChecksummedText.encode(
            ["\(SweepList.header) 1", "marked \(markedAt)"] + objects.map { "object \($0)" }
        )
    }

    /// Decodes a list, which may name only packs and manifests, from untrusted bytes.
    static func decode(_ bytes: [UInt8]) throws(CacheError) -> SweepList {
        guard let lines = ChecksummedText.decode(bytes), lines.count >= 2,
            let time = value("marked", lines[1]).flatMap({ Int64($0) })
        else { throw .damaged("the sweep list is damaged") }
        guard lines[0] == "\(header) 1" else {
            throw .damaged("the sweep list has an unknown version")
        }
        var objects: [String] = []
        for line in lines.dropFirst(2) {
            guard let name = value("object", line), objects.count < Limits.sweepObjects,
                StoreLayout.content(ofName: name) != nil
            else { throw .damaged("the sweep list names an object that is not a pack or manifest") }
            objects.append(name)
        }
        return SweepList(markedAt: time, objects: objects)
    }

    private static func value(_ keyword: String, _ line: Substring) -> String? {
        line.hasPrefix(keyword + " ") ? String(line.dropFirst(keyword.utf8.count + 1)) : nil
    }
}
