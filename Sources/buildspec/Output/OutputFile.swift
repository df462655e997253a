internal import ArgumentParser
internal import SystemPackage

/// A file that an option names for what the command writes.
enum OutputFile {
    /// Creates it, or empties it.
    ///
    /// - Parameters:
    ///   - path: the file.
    ///   - option: the option, for messages.
    /// - Returns: where to write; open as long as the process runs.
    /// - Throws: `ValidationError` when it cannot be opened.
    static func create(_ path: String, option: String) throws -> StandardStream {
        do {
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
}
