internal import BuildspecFiles
internal import SystemPackage

/// Which directories inside of sources artifacts were collected into by this user on this machine.
///
/// A second build may collect into such a directory again although files are in it.
enum ArtifactMemory {
    /// So many are kept, the last ones.
    private static let most = 500

    /// Whether artifacts were collected into a directory.
    static func has(_ directory: DirectoryHandle, in stateDirectory: FilePath) -> Bool {
        guard let line = line(directory) else { return false }
        return lines(stateDirectory).contains(line)
    }

    /// Remembers a directory; what cannot be written is only lost for later.
    static func add(_ directory: DirectoryHandle, in stateDirectory: FilePath) {
        guard let line = line(directory), !has(directory, in: stateDirectory) else { return }
        let file = file(stateDirectory)
        _ = try? AtomicFile.openMaking(PathBytes(stateDirectory.string))
        let lock = FileLock.take(PathBytes(file.bytes + Array(".lock".utf8)), .exclusive)
        defer { withExtendedLifetime(lock) {} }
        let all = (lines(stateDirectory) + [line]).suffix(most)
        try? AtomicFile.write(all.flatMap { $0 + [newline] }, to: file)
    }

    private static let newline = UInt8(ascii: "\n")

    /// A line for a directory, which another one of the same path does not have.
    private static func line(_ directory: DirectoryHandle) -> [UInt8]? {
        guard let identity = try? directory.status().identity,
            !directory.path.bytes.contains(newline)
        else { return nil }
        return Array("\(identity.inode) ".utf8) + directory.path.bytes
    }

    private static func lines(_ stateDirectory: FilePath) -> [[UInt8]] {
        let bytes = (try? AtomicFile.read(file(stateDirectory), limit: 4 << 20)) ?? nil
        return (bytes ?? []).split(separator: newline).map { Array($0) }
    }

    private static func file(_ stateDirectory: FilePath) -> PathBytes {
        PathBytes(stateDirectory.appending("artifact-directories").string)
    }
}
