internal import BuildspecFiles
internal import SystemPackage

/// Which files in a directory of the sources are artifacts that builds of this user put there on this
/// machine.
///
/// A later build may replace those, and no others: they are the user's.
struct ArtifactMemory: Sendable {
    /// No longer list is kept or believed.
    private static let limit: UInt64 = 64 << 20

    private let top: PathBytes
    /// What the list of the directory begins with; another directory of the same path has another one.
    private let head: [UInt8]
    private let file: PathBytes
    private var known: Set<PathBytes> = []

    /// Reads what is known; `nil` where there is no directory.
    ///
    /// - Parameters:
    ///   - directory: the directory that is collected into, links resolved.
    ///   - stateDirectory: where the program keeps its state.
    init?(_ directory: PathBytes, in stateDirectory: FilePath) {
        guard let identity = try? DirectoryHandle.open(directory).status().identity else {
            return nil
        }
        top = PathBytes(stateDirectory.appending("artifacts").string)
        head = Array("\(identity.inode) ".utf8) + directory.bytes
        file = top.appending("\(identity.inode)".utf8)
        known = read()
    }

    /// Whether nothing was ever collected into the directory.
    var isEmpty: Bool { known.isEmpty }

    /// Whether a file is an artifact.
    ///
    /// - Parameter place: its path from the directory on.
    /// - Returns: whether an earlier build collected it.
    func has(_ place: PathBytes) -> Bool { known.contains(place) }

    /// Remembers files; what cannot be written is only lost for later.
    mutating func add(_ places: [PathBytes]) {
        guard let handle = try? AtomicFile.openMaking(top, access: .owner) else { return }
        let lock = FileLock.take(top.appending("lock".utf8), .exclusive)
        defer { withExtendedLifetime(lock) {} }
        // Another build may have added some.
        known = read()
        let before = known.count
        known.formUnion(places)
        guard known.count > before else { return }
        if before == 0 { ArtifactMemory.forgetRemoved(in: handle) }
        let bytes = known.reduce(into: head + [0]) { $0 += $1.bytes + [0] }
        guard bytes.count <= ArtifactMemory.limit else { return }
        try? AtomicFile.write(bytes, to: file)
    }

    private func read() -> Set<PathBytes> {
        guard let bytes = try? AtomicFile.read(file, limit: ArtifactMemory.limit) else { return [] }
        let parts = bytes.split(separator: 0)
        guard let first = parts.first, first.elementsEqual(head) else { return [] }
        return Set(parts.dropFirst().map { PathBytes(Array($0)) })
    }

    /// Removes the lists of directories that are gone.
    private static func forgetRemoved(in top: DirectoryHandle) {
        for name in (try? top.names()) ?? [] where !name.elementsEqual("lock".utf8) {
            let bytes = try? AtomicFile.read(top.path.appending(name), limit: limit)
            let path = PathBytes(Array((bytes ?? []).prefix { $0 != 0 }.drop { $0 != slash }))
            let identity = try? DirectoryHandle.open(path).status().identity
            if let identity, name.elementsEqual("\(identity.inode)".utf8) { continue }
            try? top.removeFile(name)
        }
    }
}
