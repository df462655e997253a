internal import BuildspecFiles
internal import BuildspecModel
internal import BuildspecZip
internal import SystemPackage

/// An artifact that is ready to be written.
struct Artifact: Sendable {
    var files: [ArtifactSelection.File]
    var key: ArtifactKey
    /// What the artifact is, for messages, such as `the artifact 'docs'`.
    var title: String
    var isArchive: Bool
    /// The time of all entries of an archive; `nil` gives each file its time.
    var time: Int64?
    /// The location of the key `files`, for failures.
    var range: SourceRange?

    /// Writes the artifact as an archive to `file`.
    func archive(to file: OpenFile) async throws -> WrittenArtifact {
        var entries: [ZipEntry] = []
        for file in files { entries.append(try entry(file)) }
        let result = try await ZipWriter.write(entries, to: file, ZipOptions(fixedTime: time))
        let checksums = try ArchiveChecksums(of: file)
        return WrittenArtifact(
            bytes: result.bytes,
            checksums: ArtifactChecksums(sha256: checksums.sha256, md5: checksums.md5),
            warnings: result.warnings
        )
    }

    private func entry(_ file: ArtifactSelection.File) throws(FileError) -> ZipEntry {
        guard file.isLink else { return ZipEntry(name: file.target.bytes, .file(file.source)) }
        let (parent, name) = file.source.split
        let target = try DirectoryHandle.open(PathBytes(Array(parent))).linkTarget(name)
        return ZipEntry(name: file.target.bytes, .link(target))
    }
}

/// The result of writing an artifact.
struct WrittenArtifact: Sendable {
    var bytes: UInt64
    /// The checksums of an archive.
    var checksums: ArtifactChecksums?
    var warnings: [String] = []
}

/// Writes artifacts to one destination.
protocol ArtifactWriter: Sendable {
    /// The paths or addresses of the files so far.
    var written: Set<PathBytes> { get }

    /// Returns the path or address of an artifact.
    func location(of key: ArtifactKey) -> String

    /// Writes an artifact, or nothing if it would have the path of another one.
    mutating func write(_ artifact: Artifact) async throws -> WrittenArtifact
}

extension ArtifactOptions.Destination {
    /// Makes the writer of a build, which does not replace the `taken` files of another writer.
    ///
    /// `sources` is the user's source root.
    func writer(
        for request: BuildRequest,
        sources: FilePath,
        identity: BuildIdentity,
        session: ShellSession,
        taken: Set<PathBytes> = []
    ) async -> any ArtifactWriter {
        switch self {
        case .directory(let path):
            let directory = PathBytes(path.string)
            return DirectoryArtifacts(
                directory: directory,
                stateDirectory: request.stateDirectory,
                layout: ArtifactLayout(
                    directory,
                    sources: PathBytes(sources.string),
                    gitFiles: await GitTrackedFiles.paths(below: directory),
                    reservedPaths: request.reservedPaths
                        + request.inputFiles.map { ($0, "a file that 'buildspec' reads") },
                    stateDirectory: request.stateDirectory
                ),
                taken: taken
            )
        case .bucket(let uploader):
            return BucketArtifacts(
                uploader: uploader,
                buildARN: identity.arn,
                temporaryDirectory: PathBytes(session.stateStore.privateDirectory.path.string),
                taken: taken
            )
        }
    }
}

extension ArtifactWriter {
    /// Refuses files that another writer of the build has written.
    fileprivate func check(_ files: [PathBytes], _ taken: Set<PathBytes>) throws {
        guard let file = files.first(where: taken.contains) else { return }
        throw ArtifactSelection.Failure(
            message:
                "nothing is written, as '\(file.text)' is a file of the artifacts; name another "
                + "directory for the reports"
        )
    }
}

/// Artifacts in a directory on this machine.
struct DirectoryArtifacts: ArtifactWriter {
    let directory: PathBytes
    let stateDirectory: FilePath
    var layout: ArtifactLayout
    let taken: Set<PathBytes>
    private(set) var written: Set<PathBytes> = []

    init(
        directory: PathBytes,
        stateDirectory: FilePath,
        layout: ArtifactLayout,
        taken: Set<PathBytes> = []
    ) {
        self.directory = directory
        self.stateDirectory = stateDirectory
        self.layout = layout
        self.taken = taken
    }

    func location(of key: ArtifactKey) -> String { path(of: key).text }

    private func path(of key: ArtifactKey) -> PathBytes {
        key.path.bytes.isEmpty ? directory : directory.appending(key.path.bytes)
    }

    mutating func write(_ artifact: Artifact) async throws -> WrittenArtifact {
        let top = artifact.key.path
        let parent = PathBytes(Array(top.split.directory))
        let below = artifact.isArchive ? parent : top
        if let obstacle = obstacle(toWriting: below) {
            throw ArtifactSelection.Failure(message: obstacle, range: artifact.range)
        }
        let paths =
            artifact.isArchive
            ? [PathBytes(Array(top.split.name))] : artifact.files.map(\.target)
        let locations = paths.map { directory.appending(below.appending($0.bytes).bytes) }
        try check(locations, taken)
        if let problem = layout.assign(paths, below: below, of: artifact.title) {
            throw ArtifactSelection.Failure(message: problem, range: artifact.range)
        }
        written.formUnion(locations)
        let handle = try DirectoryHandle.creating(directory)
        var memory = ArtifactMemory(handle.path, in: stateDirectory)
        memory?.add(paths.map { below.appending($0.bytes) })
        guard !artifact.isArchive else { return try await writeArchive(artifact, in: handle) }
        var copy = try ArtifactCopy(into: handle, top)
        for file in artifact.files {
            try Task.checkCancellation()
            try copy.copy(file)
        }
        return WrittenArtifact(bytes: copy.bytes)
    }

    private func writeArchive(
        _ artifact: Artifact,
        in directory: DirectoryHandle
    ) async throws -> WrittenArtifact {
        let names = artifact.key.path.components
        guard let name = names.last else { return WrittenArtifact(bytes: 0) }
        var cursor = DirectoryCursor(root: directory)
        let parent = try cursor.directory(names.dropLast(), making: true)
        let temporary = TemporaryName.next()
        let file = try OpenFile.creating(temporary[...], in: parent, mode: 0o644)
        do {
            let written = try await artifact.archive(to: file)
            try parent.rename(temporary, to: name)
            return written
        } catch {
            try? parent.removeFile(temporary)
            throw error
        }
    }

    /// Returns why a directory cannot be written: a link of the build must not lead the artifact's files to
    /// another directory.
    private func obstacle(toWriting below: PathBytes) -> String? {
        let target = below.bytes.isEmpty ? directory : directory.appending(below.bytes)
        for path in [directory, target] {
            let resolved = Machine.resolved(path)
            if resolved == path { continue }
            let maker = path == directory ? " that the build has made" : ""
            return "'\(path.text)' is a link\(maker), to '\(resolved.text)'; it is not followed"
        }
        return nil
    }
}

/// Artifacts in a bucket.
struct BucketArtifacts: ArtifactWriter {
    let uploader: any ArtifactUploader
    let buildARN: String
    /// The build's private directory, where an archive waits for its upload.
    let temporaryDirectory: PathBytes
    let taken: Set<PathBytes>
    private(set) var written: Set<PathBytes> = []

    /// The uploads that wait or run at a time.
    private static let width = 16

    init(
        uploader: any ArtifactUploader,
        buildARN: String,
        temporaryDirectory: PathBytes,
        taken: Set<PathBytes> = []
    ) {
        self.taken = taken
        self.uploader = uploader
        self.buildARN = buildARN
        self.temporaryDirectory = temporaryDirectory
    }

    func location(of key: ArtifactKey) -> String {
        key.path.bytes.isEmpty ? uploader.address : uploader.address + "/" + key.path.text
    }

    mutating func write(_ artifact: Artifact) async throws -> WrittenArtifact {
        let key = artifact.key.path
        let keys =
            artifact.isArchive ? [key] : artifact.files.map { key.appending($0.target.bytes) }
        let locations = keys.map { PathBytes(uploader.address).appending($0.bytes) }
        try check(locations, taken)
        if let index = locations.firstIndex(where: written.contains) {
            throw ArtifactSelection.Failure(
                message:
                    "nothing is uploaded: another artifact has the object '\(keys[index].text)'",
                range: artifact.range
            )
        }
        written.formUnion(locations)
        return artifact.isArchive
            ? try await uploadArchive(artifact) : try await uploadFiles(artifact.files, keys)
    }

    private func uploadArchive(_ artifact: Artifact) async throws -> WrittenArtifact {
        let directory = try DirectoryHandle.open(temporaryDirectory)
        // Messages have this name.
        let name = Array("upload-".utf8) + Array(artifact.key.path.split.name)
        let file = try OpenFile.creating(name[...], in: directory)
        defer { try? directory.removeFile(name) }
        let written = try await artifact.archive(to: file)
        let path = FilePath(temporaryDirectory.appending(name).text)
        try await upload(path, as: artifact.key.path)
        return written
    }

    private func uploadFiles(
        _ files: [ArtifactSelection.File],
        _ keys: [PathBytes]
    ) async throws -> WrittenArtifact {
        try await withThrowingTaskGroup(of: UInt64.self) { group in
            var bytes: UInt64 = 0
            for (index, (file, key)) in zip(files, keys).enumerated() {
                if index >= BucketArtifacts.width { bytes += try await group.next() ?? 0 }
                group.addTask {
                    try await upload(FilePath(file.source.text), as: key)
                    return try FileStatus.following(file.source)?.size ?? 0
                }
            }
            for try await count in group { bytes += count }
            return WrittenArtifact(bytes: bytes)
        }
    }

    private func upload(_ file: FilePath, as key: PathBytes) async throws {
        guard let name = String(validating: key.bytes, as: UTF8.self) else {
            throw ArtifactSelection.Failure(
                message: "'\(key.text)' is not UTF-8, as the key of an object must be"
            )
        }
        try await uploader.upload(file, as: name, buildARN: buildARN)
    }
}
