internal import ArgumentParser
internal import BuildspecFiles
internal import SystemPackage

/// A file that an option names for what the command writes.
enum OutputFile {
    /// Creates it, or empties it.
    ///
    /// A file that has another name too keeps its content under that one.
    ///
    /// - Parameters:
    ///   - path: the file.
    ///   - option: the option, for messages.
    /// - Returns: where to write; open as long as the process runs.
    /// - Throws: `ValidationError` when it cannot be opened.
    static func create(_ path: String, option: String) throws -> StandardStream {
        do {
            try leaveOtherNames(of: path)
            return StandardStream(
                try FileDescriptor.open(
                    FilePath(path),
                    .writeOnly,
                    options: [.create, .truncate, .closeOnExec],
                    permissions: [.ownerReadWrite, .groupRead, .otherRead]
                )
            )
        } catch {
            throw ValidationError("\(option): '\(path)' cannot be written: \(error)")
        }
    }

    private static func leaveOtherNames(of path: String) throws {
        let place = PathBytes(path)
        guard let status = try FileStatus.named(place), status.kind == .regular,
            status.linkCount > 1
        else { return }
        let (directory, name) = place.split
        let parent = directory.isEmpty ? PathBytes(".") : PathBytes(Array(directory))
        try DirectoryHandle.open(parent).removeFile(name)
    }
}
