internal import SystemPackage

#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Musl)
    internal import Musl
#else
    internal import Darwin
#endif

/// What kind of file a path names, links followed.
struct FileProbe: Sendable {
    /// Whether it is a directory.
    let isDirectory: Bool
    /// Whether it is a file that this user can run.
    let isExecutable: Bool

    /// Looks; `nil` when there is nothing.
    init?(_ path: FilePath) {
        var status = stat()
        guard unsafe path.withPlatformString({ unsafe stat($0, &status) }) == 0 else { return nil }
        isDirectory = status.st_mode & S_IFMT == S_IFDIR
        let mayRun = unsafe path.withPlatformString { unsafe access($0, X_OK) } == 0
        isExecutable = !isDirectory && mayRun
    }

    /// Whether there is anything, be it a link that leads nowhere.
    static func exists(_ path: FilePath) -> Bool {
        var status = stat()
        return unsafe path.withPlatformString { unsafe lstat($0, &status) } == 0
    }
}
