internal import ArgumentParser
internal import BuildspecFiles
internal import SystemPackage

/// A file that an option names and the command writes.
enum OutputFile {
    /// Creates the file that an option names, or empties it.
    ///
    /// A file with other hard links keeps its content under their names. A private file is readable
    /// by its owner only, also if it exists. The stream is open as long as the process runs.
    static func create(
        _ path: String,
        option: String,
        isPrivate: Bool = false
    ) throws -> StandardStream {
        do {
            try unlinkIfHardLinked(path)
            let file = try FileDescriptor.open(
                FilePath(path),
                .writeOnly,
                options: isPrivate ? [.create, .closeOnExec] : [.create, .truncate, .closeOnExec],
                permissions: isPrivate
                    ? .ownerReadWrite : [.ownerReadWrite, .groupRead, .otherRead]
            )
            if isPrivate { try makePrivate(file, path, option) }
            return StandardStream(file)
        } catch let error as ValidationError {
            throw error
        } catch {
            throw ValidationError("\(option): cannot write '\(path)': \(error)")
        }
    }

    /// Makes a file accessible to its owner only, and then empties it.
    private static func makePrivate(
        _ file: FileDescriptor,
        _ path: String,
        _ option: String
    ) throws {
        guard Host.makePrivate(file) else {
            try? file.close()
            throw ValidationError(
                "\(option): cannot write '\(path)': it belongs to another user, and others can read "
                    + "it; name another file"
            )
        }
        do {
            try file.resize(to: 0)
        } catch Errno.invalidArgument {
            // A pipe or a terminal has no content.
        }
    }

    private static func unlinkIfHardLinked(_ path: String) throws {
        let file = PathBytes(path)
        guard let status = try FileStatus.named(file), status.kind == .regular,
            status.linkCount > 1
        else { return }
        let (directory, name) = file.split
        let parent = directory.isEmpty ? PathBytes(".") : PathBytes(Array(directory))
        try DirectoryHandle.open(parent).removeFile(name)
    }
}
