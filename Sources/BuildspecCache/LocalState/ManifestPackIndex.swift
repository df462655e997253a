internal import BuildspecFiles

/// Which packs the manifests of a shared store refer to, as far as this machine has read them.
///
/// A manifest's name is its digest, so what was read once stays true, and the next prune need not
/// fetch it again.
struct ManifestPackIndex: Sendable {
    private let path: PathBytes
    private static let head = "buildspec-heads 1"
    private static let largest: UInt64 = 1 << 28

    /// A memory in a directory of this machine, for the store at a location.
    init(_ directory: PathBytes, _ location: String) {
        let name = ContentDigest(of: Array(location.utf8)).hex
        path = directory.appending((name + ".heads").utf8)
    }

    /// The names of the packs, by those of an entry's manifests; none if the file is not as it should be.
    func read() -> [String: [String]] {
        guard let bytes = (try? AtomicFile.read(path, limit: ManifestPackIndex.largest)) ?? nil,
            let lines = ChecksummedText.decode(bytes),
            lines.first.map(String.init) == ManifestPackIndex.head
        else { return [:] }
        var heads: [String: [String]] = [:]
        for line in lines.dropFirst() {
            let names = line.split(separator: " ").map(String.init)
            if let manifest = names.first { heads[manifest] = Array(names.dropFirst()) }
        }
        return heads
    }

    /// Keeps what is known; that it cannot be kept is no harm.
    func write(_ heads: [String: [String]]) {
        let lines = heads.sorted { $0.key < $1.key }
            .map { ([$0.key] + $0.value).joined(separator: " ") }
        try? AtomicFile.write(ChecksummedText.encode([ManifestPackIndex.head] + lines), to: path)
    }
}
