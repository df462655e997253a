internal import ArgumentParser
internal import BuildspecFiles
internal import BuildspecRunner
internal import SystemPackage

/// Keeps the files that a command writes apart from those that it reads, before any is opened.
///
/// Files are the same when they are one file of the file system, whatever the paths and links that lead
/// there.
struct OutputCheck {
    /// A file that is read, and what it is.
    typealias Input = (path: FilePath, what: String)

    private var inputs: [FileStatus.Identity: String] = [:]
    private var directories: [(path: PathBytes, what: String)] = []

    /// Notes what is read.
    ///
    /// - Parameters:
    ///   - inputs: files; what is not there needs no care.
    ///   - directories: directories that nothing else may be written in, such as a store.
    init(inputs: [Input] = [], directories: [Input]) {
        for (path, what) in inputs {
            let status = try? FileStatus.following(OutputCheck.absolute(path))
            if let status { self.inputs[status.identity] = what }
        }
        self.directories = directories.map { (Machine.resolved(OutputCheck.absolute($0)), $1) }
    }

    /// Looks at what is to be written.
    ///
    /// - Parameter outputs: the files with the options that name them.
    /// - Throws: `ValidationError` when one of them is an input, a source, part of a store, or the same as
    ///   another one.
    func check(_ outputs: [(path: String, option: String)]) async throws {
        var places: [PathBytes: String] = [:]
        var files = OutputCheck.streams()
        for (path, option) in outputs {
            func refuse(_ reason: String) -> ValidationError {
                ValidationError("\(option): '\(path)' is not written: \(reason)")
            }
            let place = OutputCheck.resolved(OutputCheck.absolute(FilePath(path)))
            let status = try? FileStatus.following(place)
            // A terminal or a pipe loses nothing.
            if let status, status.kind != .regular { continue }
            if let status {
                if let what = inputs[status.identity] { throw refuse("it is \(what)") }
                if let other = files[status.identity] { throw refuse("\(other) goes there too") }
                files[status.identity] = option
            }
            if let reason = await sourceReason(place, option, isThere: status != nil) {
                throw refuse(reason)
            }
            if let other = places[place] { throw refuse("\(other) goes there too") }
            places[place] = option
            for (directory, what) in directories where place.isWithin(directory) {
                throw refuse("it lies in '\(directory.text)', \(what)")
            }
        }
    }

    /// Why a file is, or may be, a source or git's own; `nil` if it is neither.
    private func sourceReason(
        _ place: PathBytes,
        _ option: String,
        isThere: Bool
    ) async -> String? {
        if place.components.contains(where: { $0.elementsEqual(".git".utf8) }) {
            return "it is git's own"
        }
        switch await TrackedFile.find(place) {
        case .yes: return "it is a source, which git tracks; name another file"
        case .unknown(let reason) where isThere && !OutputRecord.isOne(place, of: option):
            return "it may be a source, and git cannot tell: \(reason); name a new file"
        case .no, .unknown: return nil
        }
    }

    /// Standard output and standard error, where they are files.
    private static func streams() -> [FileStatus.Identity: String] {
        var files: [FileStatus.Identity: String] = [:]
        for (path, name) in [("/dev/fd/2", "standard error"), ("/dev/fd/1", "standard output")] {
            let status = try? FileStatus.following(PathBytes(path))
            if let status, status.kind == .regular { files[status.identity] = name }
        }
        return files
    }

    /// The files that standard output and standard error go to.
    static var streamFiles: [FilePath] {
        ["/dev/fd/1", "/dev/fd/2"].filter {
            (try? FileStatus.following(PathBytes($0)))?.kind == .regular
        }.compactMap { Host.realPath(FilePath($0)) }
    }

    private static func absolute(_ path: FilePath) -> PathBytes {
        PathBytes(Host.currentDirectory().pushing(path).string)
    }

    /// Where a path leads, also when there is nothing yet at the end of its links.
    private static func resolved(_ path: PathBytes) -> PathBytes {
        var place = Machine.resolved(path)
        for _ in 0..<40 {
            guard (try? FileStatus.named(place))??.kind == .link else { break }
            let (directory, name) = place.split
            let parent = PathBytes(Array(directory))
            guard let target = try? DirectoryHandle.open(parent).linkTarget(name) else { break }
            let next = PathBytes(target)
            place = Machine.resolved(next.isAbsolute ? next : parent.appending(next.bytes))
        }
        return place
    }
}
