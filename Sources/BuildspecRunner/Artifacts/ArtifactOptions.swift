internal import BuildspecFiles
public import SystemPackage

/// Where and how a build's artifacts are kept.
///
/// Source: CodeBuild API, ProjectArtifacts.
public struct ArtifactOptions: Sendable {
    /// Where artifacts go.
    public enum Destination: Sendable {
        /// A directory on this machine, by its absolute path.
        case directory(FilePath)
        /// A bucket.
        case bucket(any ArtifactUploader)

        /// Resolves the links of a directory's path.
        mutating func resolve() {
            guard let directory else { return }
            self = .directory(FilePath(Machine.resolved(PathBytes(directory.string)).text))
        }

        /// The directory; `nil` for a bucket.
        var directory: FilePath? {
            if case .directory(let path) = self { path } else { nil }
        }
    }

    /// Whether an artifact is its files or one archive.
    public enum Packaging: String, Sendable, CaseIterable {
        case none = "NONE"
        case zip = "ZIP"
    }

    /// Where artifacts go.
    public var destination: Destination
    /// Whether an artifact is its files or one archive.
    public var packaging = Packaging.none
    /// The name of the primary artifact, which can contain `/`; `nil` takes the default.
    ///
    /// The default is the destination itself for files, and the project's name with `.zip` for an archive.
    public var name: String?
    /// Whether the build's UUID comes before the name (`namespaceType` `BUILD_ID`).
    public var includesBuildID = false
    /// Whether the name in the buildspec overrides `name` (`overrideArtifactName`).
    public var overridesName = false

    /// Creates options for a destination, with CodeBuild's defaults.
    public init(_ destination: Destination) {
        self.destination = destination
    }

    /// The directory that artifacts go to; `nil` for a bucket.
    var directory: FilePath? { destination.directory }
}

/// Uploads the files of artifacts to a bucket.
public protocol ArtifactUploader: Sendable {
    /// The address that all keys are below, such as `s3://bucket/path`.
    var address: String { get }

    /// Uploads a file as the object `key` below the address.
    ///
    /// - Parameters:
    ///   - file: The absolute path of a regular file, or of a link to one.
    ///   - key: The key below the address, with any characters.
    ///   - buildARN: The build's ARN, which the object's metadata has.
    /// - Throws: `CancellationError` if the task was cancelled, or an error whose description is the message
    ///   for the user. The object then does not exist, or has its former content.
    func upload(_ file: FilePath, as key: String, buildARN: String) async throws
}
