internal import BuildspecFiles

/// Puts the files of an artifact into their directory.
///
/// Every file is put in place whole or not at all, and none is ever written outside the directory:
/// links that are there already are not followed.
struct ArtifactCopy {
    /// Bytes copied so far.
    private(set) var bytes: UInt64 = 0

    private var cursor: DirectoryCursor
    private static let chunk = 1 << 20

    /// Prepares copying.
    ///
    /// - Parameters:
    ///   - directory: where to.
    ///   - identifier: the name of the directory in it that is meant, which is made if it is missing.
    /// - Throws: when that cannot be made, or a link has its name.
    init(into directory: DirectoryHandle, _ identifier: String?) throws(FileError) {
        var target = directory
        if let identifier {
            var top = DirectoryCursor(root: directory)
            target = try top.directory([Array(identifier.utf8)[...]], making: true)
        }
        cursor = DirectoryCursor(root: target)
    }

    /// Copies one file with its mode and time.
    ///
    /// - Throws: when it cannot be read or written.
    mutating func copy(_ file: ArtifactSelection.File) throws(FileError) {
        let names = file.target.components
        guard let name = names.last else { return }
        let directory = try directory(names.dropLast())
        let temporary = TemporaryName.next()
        do throws(FileError) {
            try write(file, as: temporary, in: directory)
            try directory.rename(temporary, to: name)
        } catch {
            try? directory.removeFile(temporary)
            throw error
        }
    }

    private mutating func write(
        _ file: ArtifactSelection.File,
        as name: [UInt8],
        in directory: DirectoryHandle
    ) throws(FileError) {
        if file.isLink {
            let (place, link) = file.source.split
            let handle = try DirectoryHandle.open(PathBytes(Array(place)))
            return try directory.makeLink(name, to: handle.linkTarget(link))
        }
        let source = try OpenFile.reading(file.source)
        let status = try source.status()
        let target = try OpenFile.creating(name[...], in: directory)
        var offset: UInt64 = 0
        while true {
            var chunk: [UInt8] = []
            let rest = status.size > offset ? Int(status.size - offset) : 1
            let count = try source.read(
                min(rest, ArtifactCopy.chunk),
                at: offset,
                appendingTo: &chunk
            )
            if count == 0 { break }
            try target.write(chunk.span, at: offset)
            offset += UInt64(count)
        }
        try target.setMode(status.mode & 0o777)
        try target.setModified(status.modified)
        bytes += offset
    }

    private mutating func directory(
        _ names: ArraySlice<ArraySlice<UInt8>>
    ) throws(FileError) -> DirectoryHandle {
        do throws(FileError) {
            return try cursor.directory(names)
        } catch {
            guard error.code == .notFound else { throw error }
        }
        guard let last = names.last else { return try cursor.directory(names) }
        try directory(names.dropLast()).makeDirectory(last)
        return try cursor.directory(names)
    }
}
