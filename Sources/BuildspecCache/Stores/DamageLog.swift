internal import BuildspecFiles

/// Which objects of a remote store this machine found damaged or missing.
///
/// What came damaged may only have been damaged on the way, so it is not removed. It is noted here,
/// and the next save of this machine writes it anew.
struct DamageLog: Sendable {
    private let path: PathBytes
    /// More is no damage but a store that is gone.
    private static let limit = 256

    /// A log in a directory of this machine, for the store at a location.
    init(_ directory: PathBytes, _ location: String) {
        let name = ContentDigest(of: Array(location.utf8)).hex
        path = directory.appending((name + ".damage").utf8)
    }

    /// The objects' names.
    func names() -> Set<String> {
        guard let bytes = try? AtomicFile.read(path, limit: 1 << 20) else { return [] }
        let lines = bytes.split(separator: UInt8(ascii: "\n"))
        return Set(lines.map { String(decoding: $0, as: UTF8.self) })
    }

    func add(_ name: String) { write(names().union([name])) }

    func remove(_ name: String) { write(names().subtracting([name])) }

    private func write(_ names: Set<String>) {
        let text = names.sorted().prefix(DamageLog.limit).map { $0 + "\n" }.joined()
        try? AtomicFile.write(Array(text.utf8), to: path)
    }
}
