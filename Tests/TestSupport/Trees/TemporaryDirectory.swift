package import BuildspecFiles
package import SystemPackage

#if canImport(Glibc)
    internal import Glibc
#else
    internal import Darwin
#endif

/// A new directory that is removed with its contents when its last reference is released.
package final class TemporaryDirectory: Sendable {
    package let path: FilePath
    package let handle: DirectoryHandle

    package init() throws {
        let base = unsafe getenv("TMPDIR").map { unsafe String(cString: $0) } ?? "/tmp"
        let name = "buildspec-test-\(UInt64.random(in: 0...UInt64.max))"
        let parent = try DirectoryHandle.open(PathBytes(base))
        try parent.makeDirectory(name.utf8)
        // With links resolved, so that paths compare equal to what shells print.
        path = FilePath(try Machine.absolute(FilePath(base)).text).appending(name)
        handle = try DirectoryHandle.open(PathBytes(path.string))
    }

    deinit {
        let parent = try? DirectoryHandle.open(PathBytes(path.removingLastComponent().string))
        if let name = path.lastComponent?.string { try? parent?.removeTree(name.utf8) }
    }

    /// Returns the path of `name` in this directory.
    package func file(_ name: String) -> FilePath {
        path.pushing(FilePath(name))
    }

    /// Writes a file, and creates the directories above it.
    package func write(_ text: String, to name: String) throws {
        try AtomicFile.write(
            Array(text.utf8),
            to: PathBytes(file(name).string),
            access: FileAccess(ofDirectory: 0o755)
        )
    }

    /// Reads a file; `nil` if it does not exist.
    package func read(_ name: String) throws -> String? {
        try AtomicFile.read(PathBytes(file(name).string), limit: 1 << 30)
            .map { String(decoding: $0, as: UTF8.self) }
    }
}

extension FilePath {
    /// Sets the modification time of the file, directory or link at this path.
    package func setModified(_ time: FileTime) throws {
        let parent = try DirectoryHandle.open(PathBytes(removingLastComponent().string))
        try parent.setModified((lastComponent?.string ?? "").utf8, time)
    }
}
