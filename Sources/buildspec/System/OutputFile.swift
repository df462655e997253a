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
    ///   - isPrivate: whether only its owner may read it, also if it is there already.
    /// - Returns: where to write; open as long as the process runs.
    /// - Throws: `ValidationError` when it cannot be opened.
    static func create(
        _ path: String,
        option: String,
        isPrivate: Bool = false
    ) throws -> StandardStream {
        do {
            try leaveOtherNames(of: path)
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
            throw ValidationError("\(option): '\(path)' cannot be written: \(error)")
        }
    }

    /// Takes a file from everybody but its owner, and empties it.
    private static func makePrivate(
        _ file: FileDescriptor,
        _ path: String,
        _ option: String
    ) throws {
        guard Host.makePrivate(file) else {
            try? file.close()
            throw ValidationError(
                "\(option): '\(path)' is not written: it belongs to another user, and others may read "
                    + "it; name another file"
            )
        }
        do {
            try file.resize(to: 0)
        } catch Errno.invalidArgument {
            // A pipe or a terminal has nothing to lose.
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
