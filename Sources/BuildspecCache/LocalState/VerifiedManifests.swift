internal import BuildspecFiles

/// What this machine has found out of manifests: whether each content that one names lies where it says.
///
/// A manifest and the packs that it names are immutable, because their names are digests. So a verdict
/// is a fact that holds for ever, in every scope and whoever signed the record. A save that takes what a
/// manifest says for a fact must have verified it, or must find it here. The list stays on the machine;
/// whatever is wrong with it counts as nothing known.
struct VerifiedManifests: Sendable {
    private let path: PathBytes

    private static let head = Array("buildspec-verdicts 1\n".utf8)
    /// The newest are kept.
    static let kept = 1_024

    /// The list in a directory of this machine.
    init(_ directory: PathBytes) { path = directory.appending("verdicts".utf8) }

    /// Whether a manifest is true, by the digest of its stored bytes; `nil` where that is not known.
    func verdict(on manifest: ContentDigest) -> Bool? {
        read().last { $0.manifest == manifest }?.isTrue
    }

    /// Whether a manifest is known to be true.
    func isTrue(_ manifest: ContentDigest) -> Bool { verdict(on: manifest) == true }

    /// Notes a verdict; that it cannot be noted is no harm, nor that another process notes one meanwhile.
    func add(_ manifest: ContentDigest, isTrue: Bool) {
        var verdicts = read()
        guard verdicts.last.map({ $0 != (manifest, isTrue) }) ?? true else { return }
        verdicts.removeAll { $0.manifest == manifest }
        verdicts.append((manifest, isTrue))
        var bytes = VerifiedManifests.head
        for verdict in verdicts.suffix(VerifiedManifests.kept) {
            bytes += verdict.manifest.hexBytes
            bytes.append(verdict.isTrue ? 1 : 0)
        }
        try? AtomicFile.write(ChecksummedBinary.sealed(bytes), to: path)
    }

    /// All verdicts, the newest last.
    private func read() -> [(manifest: ContentDigest, isTrue: Bool)] {
        guard let bytes = (try? AtomicFile.read(path, limit: 1 << 20)) ?? nil,
            var reader = ChecksummedBinary(bytes, head: VerifiedManifests.head)
        else { return [] }
        var verdicts: [(manifest: ContentDigest, isTrue: Bool)] = []
        while let manifest = reader.digest(), let isTrue = reader.number(UInt8.self) {
            verdicts.append((manifest, isTrue == 1))
        }
        return verdicts
    }
}
