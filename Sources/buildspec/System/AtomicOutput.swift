internal import ArgumentParser
internal import BuildspecFiles
internal import SystemPackage

/// A file that an option names, and that gets its name when it is complete.
///
/// Use it for a result that another program reads. A pipe or a device is written directly.
final class AtomicOutput {
    private let path: String
    private let option: String
    private let target: Target
    private var size: UInt64 = 0
    private var isCommitted = false

    private enum Target {
        case file(OpenFile, in: DirectoryHandle, temporary: [UInt8], name: [UInt8])
        case stream(StandardStream)
    }

    /// Creates the file with a temporary name in the directory of `path`, with links followed.
    ///
    /// An existing file keeps its permission bits.
    ///
    /// - Throws: `ValidationError` if the file cannot be written.
    init(_ path: String, option: String) throws {
        self.path = path
        self.option = option
        do {
            target = try AtomicOutput.open(path, option)
        } catch let error as FileError {
            throw AtomicOutput.failure(path, option, error.reason)
        }
    }

    deinit {
        guard !isCommitted, case .file(_, let directory, let temporary, _) = target else { return }
        try? directory.removeFile(temporary)
    }

    /// Adds bytes at the end.
    func append(_ bytes: [UInt8]) throws {
        switch target {
        case .file(let file, _, _, _):
            do throws(FileError) {
                try file.write(bytes.span, at: size)
                size += UInt64(bytes.count)
            } catch {
                // The user does not know the temporary name.
                throw AtomicOutput.failure(path, option, error.reason)
            }
        case .stream(let stream):
            if let error = stream.writeReportingError(bytes) {
                throw AtomicOutput.failure(path, option, "\(error)")
            }
        }
    }

    /// Replaces the file at the path.
    func commit() throws {
        guard case .file(_, let directory, let temporary, let name) = target else { return }
        do throws(FileError) {
            try directory.rename(temporary, to: name)
        } catch {
            throw AtomicOutput.failure(path, option, error.reason)
        }
        isCommitted = true
    }

    private static func open(_ path: String, _ option: String) throws -> Target {
        let status = try FileStatus.following(PathBytes(path))
        if status?.kind == .directory { throw failure(path, option, "it is a directory") }
        if let status, status.kind != .regular {
            return .stream(try OutputFile.create(path, option: option))
        }
        if status == nil, try FileStatus.named(PathBytes(path)) != nil {
            throw failure(path, option, "it is a link that leads nowhere")
        }
        // A link stays a link, and its target is replaced.
        let file = Host.realPath(FilePath(path)).map { PathBytes($0.string) } ?? PathBytes(path)
        let (above, name) = file.split
        let directory = try DirectoryHandle.open(
            above.isEmpty ? PathBytes(".") : PathBytes(Array(above))
        )
        let temporary = TemporaryName.next()
        return .file(
            try OpenFile.creating(
                temporary[...],
                in: directory,
                mode: status.map { $0.mode & 0o666 } ?? 0o666
            ),
            in: directory,
            temporary: temporary,
            name: Array(name)
        )
    }

    private static func failure(
        _ path: String,
        _ option: String,
        _ reason: String
    ) -> ValidationError {
        ValidationError("\(option): cannot write '\(path)': \(reason)")
    }
}
