internal import ArgumentParser
internal import BuildspecFiles
internal import BuildspecRunner
internal import SystemPackage

/// The check that a command does not write a file that it reads, before any file is opened.
///
/// Files are compared by device and inode, so links do not matter, and by path if they are missing.
struct OutputCheck {
    /// A file or directory, and its description in errors.
    typealias Input = (path: FilePath, what: String)

    private var inputs: [FileStatus.Identity: String] = [:]
    private var inputPaths: [PathBytes: String] = [:]
    private var directories: [(path: PathBytes, what: String)] = []

    /// Creates a check for inputs, and for directories that no output may be in, such as a store.
    init(inputs: [Input] = [], directories: [Input]) {
        for (path, what) in inputs {
            let path = OutputCheck.absolute(path)
            inputPaths[OutputCheck.resolved(path)] = what
            let status = try? FileStatus.following(path)
            if let status { self.inputs[status.identity] = what }
        }
        self.directories = directories.map { (Machine.resolved(OutputCheck.absolute($0)), $1) }
    }

    /// Throws if an output is an input, a source, in a store, or the same file as another output.
    func check(_ outputs: [(path: String, option: String)]) async throws {
        var newFiles: [PathBytes: String] = [:]
        var files: [FileStatus.Identity: String] = [:]
        for stream in OutputCheck.streams() {
            if let what = inputs[stream.identity] { throw stream.refusal("it is \(what)") }
            if case .yes = await TrackedFile.find(PathBytes(stream.path.string)) {
                throw stream.refusal("it is a source, which git tracks; name another file")
            }
            files[stream.identity] = stream.name
        }
        for (path, option) in outputs {
            func refuse(_ reason: String) -> ValidationError {
                ValidationError("\(option): cannot write '\(path)': \(reason)")
            }
            let file = OutputCheck.resolved(OutputCheck.absolute(FilePath(path)))
            let status = try? FileStatus.following(file)
            // Writing to a terminal or a pipe loses nothing.
            if let status, status.kind != .regular { continue }
            if let status {
                if let what = inputs[status.identity] { throw refuse("it is \(what)") }
                if let other = files[status.identity] { throw refuse("\(other) writes to it too") }
                files[status.identity] = option
            }
            if let what = inputPaths[file] { throw refuse("it is \(what)") }
            if let reason = await sourceReason(file, option, exists: status != nil) {
                throw refuse(reason)
            }
            if let other = newFiles[file] { throw refuse("\(other) writes to it too") }
            newFiles[file] = option
            for (directory, what) in directories where file.isWithin(directory) {
                throw refuse("it is in '\(directory.text)', \(what)")
            }
        }
    }

    /// Why a file is, or may be, a source or a file of git; `nil` if it is neither.
    private func sourceReason(_ file: PathBytes, _ option: String, exists: Bool) async -> String? {
        if file.components.contains(where: { $0.elementsEqual(".git".utf8) }) {
            return "it is a file of git"
        }
        switch await TrackedFile.find(file) {
        case .yes: return "it is a source, which git tracks; name another file"
        case .unknown(let reason) where exists && !OutputRecord.matches(file, of: option):
            return "it may be a source, and git cannot tell: \(reason); name a new file"
        case .no, .unknown: return nil
        }
    }

    /// A standard stream that goes to a file.
    private struct Stream {
        var name: String
        var path: FilePath
        var identity: FileStatus.Identity

        func refusal(_ reason: String) -> ValidationError {
            ValidationError("\(name): cannot write '\(path)': \(reason)")
        }
    }

    private static func streams() -> [Stream] {
        [("standard error", "/dev/fd/2"), ("standard output", "/dev/fd/1")]
            .compactMap { (name: String, descriptor: String) in
                guard let status = try? FileStatus.following(PathBytes(descriptor)),
                    status.kind == .regular, let path = Host.realPath(FilePath(descriptor))
                else { return nil }
                return Stream(name: name, path: path, identity: status.identity)
            }
    }

    /// The files that standard output and standard error go to.
    static var streamFiles: [FilePath] { streams().map(\.path) }

    private static func absolute(_ path: FilePath) -> PathBytes {
        PathBytes(Host.currentDirectory().pushing(path).string)
    }

    /// Resolves the links of a path, also if the target does not exist yet.
    private static func resolved(_ path: PathBytes) -> PathBytes {
        var current = Machine.resolved(path)
        for _ in 0..<40 {
            guard (try? FileStatus.named(current))??.kind == .link else { break }
            let (directory, name) = current.split
            let parent = PathBytes(Array(directory))
            guard let target = try? DirectoryHandle.open(parent).linkTarget(name) else { break }
            let next = PathBytes(target)
            current = Machine.resolved(next.isAbsolute ? next : parent.appending(next.bytes))
        }
        return current
    }
}
