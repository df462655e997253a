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

    /// Checks whether there is a file or a link, even one without a target.
    static func exists(_ path: FilePath) -> Bool {
        var status = stat()
        return unsafe path.withPlatformString { unsafe lstat($0, &status) } == 0
    }
}

/// The directories of a `PATH` in which programs are searched.
enum SearchPath {
    /// Returns the paths at which a program may be, in the order of the directories; `nil` is the standard
    /// path.
    ///
    /// Relative directories are skipped, because they depend on the current directory.
    static func candidates(for program: String, in path: String?) -> [FilePath] {
        (path ?? BuildEnvironment.standardPath).split(separator: ":").filter { $0.hasPrefix("/") }
            .map { FilePath(String($0)).appending(program) }
    }
}
