internal import BuildspecFiles

/// Copies the files of an artifact into their directory.
///
/// Every file is complete or missing, and none is written outside of the directory: existing links are
/// not followed.
struct ArtifactCopy {
    /// The number of bytes copied so far.
    private(set) var bytes: UInt64 = 0
    private var cursor: DirectoryCursor
    private static let chunkSize = 1 << 20

    /// Prepares copying into the directory at `path` in `directory`, which is created if it is missing.
    init(into directory: DirectoryHandle, _ path: PathBytes) throws(FileError) {
        var target = directory
        if !path.components.isEmpty {
            var top = DirectoryCursor(root: directory)
            target = try top.directory(path.components[...], making: true)
        }
        cursor = DirectoryCursor(root: target)
    }

    /// Copies one file with its mode and time.
    mutating func copy(_ file: ArtifactSelection.File) throws(FileError) {
        let names = file.target.components
        guard let name = names.last else { return }
        let directory = try cursor.directory(names.dropLast(), making: true)
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
            let (parent, link) = file.source.split
            let handle = try DirectoryHandle.open(PathBytes(Array(parent)))
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
                min(rest, ArtifactCopy.chunkSize),
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
}
