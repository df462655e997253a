internal import BuildspecFiles
internal import SystemPackage

#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Musl)
    internal import Musl
#else
    internal import Darwin
#endif

/// A counter of a project's builds on this machine.
enum BuildCounter {
    /// Counts a build; builds at the same time get different numbers.
    ///
    /// - Parameters:
    ///   - project: The project's name.
    ///   - stateDirectory: The state directory; it is created if it is missing.
    /// - Returns: The build's number, 1 for the first build.
    /// - Throws: `Errno` or `FileError`.
    static func next(for project: String, in stateDirectory: FilePath) throws -> Int {
        let directory = ProjectDirectory.path(of: project, in: stateDirectory)
        _ = try DirectoryHandle.creating(PathBytes(directory.string), access: .owner)
        let file = try FileDescriptor.open(
            directory.appending("build-number"),
            .readWrite,
            options: [.create, .closeOnExec],
            permissions: .ownerReadWrite
        )
        return try file.closeAfter {
            guard flock(file.rawValue, LOCK_EX) == 0 else { throw Errno(rawValue: errno) }
            let text = String(decoding: try SmallFile.contents(of: file), as: UTF8.self)
            let last = Int(text.prefix { $0.isNumber }) ?? 0
            // After the largest number the count starts again, because adding one would overflow.
            let number = last < .max ? last + 1 : 1
            _ = try file.writeAll(toAbsoluteOffset: 0, Array("\(number)\n".utf8))
            return number
        }
    }
}
