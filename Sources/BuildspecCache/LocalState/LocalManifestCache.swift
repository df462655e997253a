internal import BuildspecFiles

/// The last manifests that this machine fetched from remote stores.
///
/// A manifest's name is its digest, so a manifest in this cache need not be fetched again.
struct LocalManifestCache: Sendable {
    private let directory: PathBytes
    private static let capacity = 16

    /// Creates a cache in a subdirectory of `directory`.
    init(_ directory: PathBytes) {
        self.directory = directory.appending("manifests".utf8)
    }

    /// Reads the stored bytes of a manifest; `nil` if they are missing or damaged.
    func read(_ digest: ContentDigest) -> [UInt8]? {
        let path = directory.appending(digest.hex.utf8)
        guard let bytes = try? AtomicFile.read(path, limit: Limits.manifestStored),
            ContentDigest(of: bytes) == digest
        else { return nil }
        return bytes
    }

    /// Writes a manifest's stored bytes and removes the oldest manifests; ignores errors.
    func write(_ digest: ContentDigest, _ bytes: [UInt8]) {
        try? AtomicFile.write(bytes, to: directory.appending(digest.hex.utf8))
        guard let handle = try? DirectoryHandle.open(directory),
            let names = try? handle.names(), names.count > LocalManifestCache.capacity
        else { return }
        let ages = names.compactMap { name -> (FileTime, [UInt8])? in
            guard let status = try? handle.status(name) else { return nil }
            return (status.modified, name)
        }
        let old = ages.sorted {
            ($0.0.seconds, $0.0.nanoseconds) < ($1.0.seconds, $1.0.nanoseconds)
        }.dropLast(LocalManifestCache.capacity)
        for (_, name) in old where ContentDigest(hex: name) != nil { try? handle.removeFile(name) }
    }
}
