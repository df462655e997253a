internal import BuildspecFiles

/// The last manifests that this machine got from remote stores.
///
/// A manifest's name is its digest, so one that is here need not be fetched again.
struct LocalManifestCache: Sendable {
    private let directory: PathBytes
    private static let kept = 16

    /// A shelf in a directory of this machine.
    init(_ directory: PathBytes) {
        self.directory = directory.appending("manifests".utf8)
    }

    /// The stored bytes of a manifest, or `nil` if they are not here as they should be.
    func read(_ digest: ContentDigest) -> [UInt8]? {
        let path = directory.appending(digest.hex.utf8)
        guard let bytes = try? AtomicFile.read(path, limit: Limits.manifestStored),
            ContentDigest(of: bytes) == digest
        else { return nil }
        return bytes
    }

    /// Keeps a manifest's stored bytes; that they cannot be kept is no harm.
    func write(_ digest: ContentDigest, _ bytes: [UInt8]) {
        try? AtomicFile.write(bytes, to: directory.appending(digest.hex.utf8))
        guard let handle = try? DirectoryHandle.open(directory),
            let names = try? handle.names(), names.count > LocalManifestCache.kept
        else { return }
        let ages = names.compactMap { name -> (FileTime, [UInt8])? in
            guard let status = try? handle.status(name) else { return nil }
            return (status.modified, name)
        }
        let old = ages.sorted {
            ($0.0.seconds, $0.0.nanoseconds) < ($1.0.seconds, $1.0.nanoseconds)
        }.dropLast(LocalManifestCache.kept)
        for (_, name) in old where ContentDigest(hex: name) != nil { try? handle.removeFile(name) }
    }
}
