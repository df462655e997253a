internal import BuildspecAWS
internal import BuildspecRunner
internal import SystemPackage

/// The directory or the bucket that an option names for the output of a build.
enum OutputDestination {
    /// Makes a destination.
    ///
    /// The `encryption` of objects is `s3`, a KMS key, or `off` for the bucket's default; with `nil` the options
    /// of the address decide.
    static func make(
        _ text: String,
        of option: String,
        _ config: ConfigFile,
        encryption: String?,
        acl: S3Uploader.ACL? = nil
    ) throws -> ArtifactOptions.Destination {
        switch try CacheLocation(text, of: option) {
        case .directory(let path): return .directory(path)
        case .bucket(let location):
            let uploader = S3Uploader(
                config.resolved(location),
                environment: config.environment(for: location)
            )
            return .bucket(
                BucketUploader(
                    uploader: uploader,
                    encryption: encryption.map(Self.encryption),
                    acl: acl
                )
            )
        }
    }

    private static func encryption(_ text: String) -> S3Uploader.Encryption {
        switch text {
        case "off": .bucketDefault
        case "s3": .s3
        default: .kms(key: text)
        }
    }
}

/// Uploads artifacts as CodeBuild does: with the build's ARN in the metadata.
private struct BucketUploader: ArtifactUploader {
    let uploader: S3Uploader
    let encryption: S3Uploader.Encryption?
    let acl: S3Uploader.ACL?

    var address: String { uploader.location }

    func upload(_ file: FilePath, as key: String, buildARN: String) async throws {
        try await uploader.put(
            file: file.string,
            as: key,
            metadata: [("codebuild-buildarn", buildARN)],
            acl: acl,
            encryption: encryption
        )
    }
}
