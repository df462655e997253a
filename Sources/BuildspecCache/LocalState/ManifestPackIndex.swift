internal import BuildspecFiles

/// The packs that the manifests of a shared store refer to, as far as this machine has read them.
///
/// A manifest's name is its digest, so the packs never change, and the next prune need not fetch
/// the manifest again.
struct ManifestPackIndex: Sendable {
    private let path: PathBytes
    private static let head = "buildspec-heads 1"
    private static let largest: UInt64 = 1 << 28

    /// Creates the index of the store at a location, in a directory of this machine.
    init(_ directory: PathBytes, _ location: String) {
        let name = ContentDigest(of: Array(location.utf8)).hex
        path = directory.appending((name + ".heads").utf8)
    }

    /// Reads the packs by the names of an entry's manifests; empty if the file is damaged.
    func read() -> [String: [String]] {
        guard let bytes = (try? AtomicFile.read(path, limit: ManifestPackIndex.largest)) ?? nil,
            let lines = ChecksummedText.decode(bytes),
            lines.first.map(String.init) == ManifestPackIndex.head
        else { return [:] }
        var packs: [String: [String]] = [:]
        for line in lines.dropFirst() {
            let names = line.split(separator: " ").map(String.init)
            if let manifest = names.first { packs[manifest] = Array(names.dropFirst()) }
        }
        return packs
    }

    /// Writes the index; ignores errors.
    func write(_ packs: [String: [String]]) {
        let lines = packs.sorted { $0.key < $1.key }
            .map { ([$0.key] + $0.value).joined(separator: " ") }
        try? AtomicFile.write(ChecksummedText.encode([ManifestPackIndex.head] + lines), to: path)
    }
}
