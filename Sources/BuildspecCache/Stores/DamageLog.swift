internal import BuildspecFiles

/// The objects of a remote store that this machine found damaged or missing.
///
/// The damage may have happened in transit, so the object stays, and the next save writes it again.
struct DamageLog: Sendable {
    private let path: PathBytes
    /// More damaged objects than this mean that the store itself is gone.
    private static let limit = 256

    /// Creates a log in a directory of this machine, for the store at a location.
    init(_ directory: PathBytes, _ location: String) {
        let name = ContentDigest(of: Array(location.utf8)).hex
        path = directory.appending((name + ".damage").utf8)
    }

    /// Reads the names of the objects.
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
