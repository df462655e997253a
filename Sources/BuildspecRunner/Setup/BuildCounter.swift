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
    /// Counts a build and returns its number, 1 for the first build; builds at the same time get different
    /// numbers.
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

/// The directory in which this machine keeps the build number and the cache history of a project.
enum ProjectDirectory {
    /// Returns the path of a project's directory in the state directory.
    static func path(of project: String, in stateDirectory: FilePath) -> FilePath {
        stateDirectory.appending("projects").appending(fileName(project))
    }

    /// Returns the path of a file in a project's directory.
    static func file(_ name: String, of project: String, in stateDirectory: FilePath) -> PathBytes {
        PathBytes(path(of: project, in: stateDirectory).appending(name).string)
    }

    /// The project's name as one file name: bytes other than letters, digits, `.`, `_` and `-` become
    /// `%` and two digits.
    private static func fileName(_ project: String) -> String {
        let name = PercentEscape.encode(project) {
            PercentEscape.isAlphanumeric($0) || "._-".utf8.contains($0)
        }
        return name.hasPrefix(".") ? "%2E" + name.dropFirst() : name
    }
}
