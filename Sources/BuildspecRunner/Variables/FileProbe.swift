internal import SystemPackage

#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Musl)
    internal import Musl
#else
    internal import Darwin
#endif

/// The kind of file at a path, with links followed.
struct FileProbe: Sendable {
    /// Whether the path is a directory.
    let isDirectory: Bool
    /// Whether the path is a file that this user can run.
    let isExecutable: Bool

    /// Reads the status of `path`; `nil` if there is no file.
    init?(_ path: FilePath) {
        var status = stat()
        guard unsafe path.withPlatformString({ unsafe stat($0, &status) }) == 0 else { return nil }
        isDirectory = status.st_mode & S_IFMT == S_IFDIR
        let canRun = unsafe path.withPlatformString { unsafe access($0, X_OK) } == 0
        isExecutable = !isDirectory && canRun
    }

    /// Checks whether there is a file or a link at `path`, even one without a target.
    static func exists(_ path: FilePath) -> Bool {
        var status = stat()
        return unsafe path.withPlatformString { unsafe lstat($0, &status) } == 0
    }
}
