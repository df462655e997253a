internal import BuildspecFiles
internal import SystemPackage

/// The list of files in a directory that are artifacts, collected by builds of this user on this machine.
///
/// A later build can replace these files. All others belong to the user.
struct ArtifactMemory: Sendable {
    /// The longest list in bytes that is written or read.
    private static let limit: UInt64 = 64 << 20

    private let directory: PathBytes
    private let listDirectory: PathBytes
    /// The header of the list, which differs for another directory at the same path.
    private let header: [UInt8]
    private let file: PathBytes
    private var files: Set<PathBytes> = []

    /// Reads the list of a directory, whose path must be without links; `nil` if it does not exist.
    init?(_ directory: PathBytes, in stateDirectory: FilePath) {
        guard let identity = try? DirectoryHandle.open(directory).status().identity else {
            return nil
        }
        self.directory = directory
        listDirectory = PathBytes(stateDirectory.appending("artifacts").string)
        header = Array("\(identity.inode) ".utf8) + directory.bytes
        file = listDirectory.appending("\(identity.inode)".utf8)
        files = read()
    }

    var isEmpty: Bool { files.isEmpty }

    /// Returns whether an earlier build collected a file, given by its path relative to the directory.
    func contains(_ path: PathBytes) -> Bool { files.contains(path) }

    /// Returns the files that are older than the start of a build, in milliseconds since 1970.
    func identities(before startTime: Int64) -> [FileStatus.Identity] {
        files.compactMap { path in
            let status = try? FileStatus.named(directory.appending(path.bytes))
            return status.flatMap { $0.modified.isOfBuild(since: startTime) ? nil : $0.identity }
        }
    }

    /// Adds files to the list; a failure to write the list is ignored.
    mutating func add(_ paths: [PathBytes]) {
        guard let handle = try? DirectoryHandle.creating(listDirectory, access: .owner) else {
            return
        }
        let lock = FileLock.acquire(listDirectory.appending("lock".utf8), .exclusive)
        defer { withExtendedLifetime(lock) {} }
        // Another build may have added files.
        files = read()
        let before = files.count
        files.formUnion(paths)
        guard files.count > before else { return }
        if before == 0 { ArtifactMemory.removeStaleLists(in: handle) }
        let bytes = files.reduce(into: header + [0]) { $0 += $1.bytes + [0] }
        guard bytes.count <= ArtifactMemory.limit else { return }
        try? AtomicFile.write(bytes, to: file)
    }

    private func read() -> Set<PathBytes> {
        guard let bytes = try? AtomicFile.read(file, limit: ArtifactMemory.limit) else { return [] }
        let parts = bytes.split(separator: 0)
        guard let first = parts.first, first.elementsEqual(header) else { return [] }
        return Set(parts.dropFirst().map { PathBytes(Array($0)) })
    }

    /// Removes the lists of directories that no longer exist.
    private static func removeStaleLists(in listDirectory: DirectoryHandle) {
        for name in (try? listDirectory.names()) ?? [] where !name.elementsEqual("lock".utf8) {
            let bytes = try? AtomicFile.read(listDirectory.path.appending(name), limit: limit)
            let path = PathBytes(Array((bytes ?? []).prefix { $0 != 0 }.drop { $0 != slash }))
            let identity = try? DirectoryHandle.open(path).status().identity
            if let identity, name.elementsEqual("\(identity.inode)".utf8) { continue }
            try? listDirectory.removeFile(name)
        }
    }
}
