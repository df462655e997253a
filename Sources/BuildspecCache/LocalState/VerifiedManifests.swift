internal import BuildspecFiles

/// This machine's verdicts on manifests: a manifest is correct if every blob that it names is in
/// the pack and at the offset that it names.
///
/// A manifest and its packs never change, because their names are digests. So a verdict holds for
/// ever, in every scope and for every signature. A save relies only on manifests that have a
/// verdict here or that it has verified. A damaged list counts as empty.
struct VerifiedManifests: Sendable {
    private let path: PathBytes

    private static let head = Array("buildspec-verdicts 1\n".utf8)
    /// The number of the newest verdicts that are kept.
    static let capacity = 1_024

    /// Creates the list in a directory of this machine.
    init(_ directory: PathBytes) { path = directory.appending("verdicts".utf8) }

    /// Whether a manifest is correct, by the digest of its stored bytes; `nil` without a verdict.
    func verdict(on manifest: ContentDigest) -> Bool? {
        read().last { $0.manifest == manifest }?.isCorrect
    }

    /// Whether there is a verdict that a manifest is correct.
    func isCorrect(_ manifest: ContentDigest) -> Bool { verdict(on: manifest) == true }

    /// Adds a verdict; ignores errors, and a verdict that another process adds at the same time.
    func add(_ manifest: ContentDigest, isCorrect: Bool) {
        var verdicts = read()
        guard verdicts.last.map({ $0 != (manifest, isCorrect) }) ?? true else { return }
        verdicts.removeAll { $0.manifest == manifest }
        verdicts.append((manifest, isCorrect))
        var bytes = VerifiedManifests.head
        for verdict in verdicts.suffix(VerifiedManifests.capacity) {
            bytes += verdict.manifest.hexBytes
            bytes.append(verdict.isCorrect ? 1 : 0)
        }
        try? AtomicFile.write(ChecksummedBinary.sealed(bytes), to: path)
    }

    /// Reads all verdicts, the newest last.
    private func read() -> [(manifest: ContentDigest, isCorrect: Bool)] {
        guard let bytes = (try? AtomicFile.read(path, limit: 1 << 20)) ?? nil,
            var reader = ChecksummedBinary(bytes, head: VerifiedManifests.head)
        else { return [] }
        var verdicts: [(manifest: ContentDigest, isCorrect: Bool)] = []
        while let manifest = reader.digest(), let isCorrect = reader.number(UInt8.self) {
            verdicts.append((manifest, isCorrect == 1))
        }
        return verdicts
    }
}
