internal import ArgumentParser
internal import BuildspecAWS
internal import BuildspecRunner

/// The options that say where and how the artifacts of a build are kept.
struct ArtifactsOptions: ParsableArguments {
    enum Packaging: String, CaseIterable, ExpressibleByArgument {
        case none
        case zip
    }

    enum Namespace: String, CaseIterable, ExpressibleByArgument {
        case none
        case buildID = "build-id"
    }

    enum OwnerAccess: String, CaseIterable, ExpressibleByArgument {
        case none
        case readOnly = "read-only"
        case full
    }

    @Option(
        help: ArgumentHelp(
            "Collect the artifacts in this directory, or below this address of a bucket, such as "
                + "s3://bucket/path.",
            valueName: "dir"
        )
    )
    var artifacts: String?

    @Option(
        help: ArgumentHelp(
            "Keep each artifact as its files with 'none', or as one archive with 'zip'.",
            valueName: "packaging"
        )
    )
    var artifactsPackaging = Packaging.none

    @Option(
        help: ArgumentHelp(
            "Give the primary artifact this name, which can contain '/'. (default: for 'zip' the "
                + "project's name with '.zip', else no name)",
            valueName: "name"
        )
    )
    var artifactsName: String?

    @Option(
        help: ArgumentHelp(
            "Put the id of the build before the name with 'build-id'.",
            valueName: "namespace"
        )
    )
    var artifactsNamespace = Namespace.none

    @Flag(help: "Use the 'name' of the buildspec instead of the default or --artifacts-name.")
    var overrideArtifactName = false

    @Option(
        help: ArgumentHelp(
            "Encrypt the objects of a bucket with 's3' or with this KMS key; with 'off' the bucket's "
                + "default decides. (default: the address's options, else 'off')",
            valueName: "key"
        )
    )
    var artifactsEncryption: String?

    @Option(
        help: ArgumentHelp(
            "Give the owner of the bucket this access to the objects: 'none', 'read-only' or 'full'.",
            valueName: "access"
        )
    )
    var artifactsOwnerAccess = OwnerAccess.none

    func validate() throws {
        if artifacts?.isEmpty == true {
            throw ValidationError("--artifacts: the directory's name is empty")
        }
        if artifactsName?.isEmpty == true {
            throw ValidationError("--artifacts-name: the name is empty")
        }
        let isBucket = artifacts.map(S3Location.isAddress) ?? false
        if !isBucket, artifactsEncryption != nil || artifactsOwnerAccess != .none {
            throw ValidationError(
                "--artifacts-encryption and --artifacts-owner-access need a bucket in --artifacts"
            )
        }
    }

    /// Makes the options of a build; `nil` without `--artifacts`.
    func options(_ config: ConfigFile) throws -> ArtifactOptions? {
        guard let artifacts else { return nil }
        var options = ArtifactOptions(
            try OutputDestination.make(
                artifacts,
                of: "--artifacts",
                config,
                encryption: artifactsEncryption,
                acl: acl
            )
        )
        options.packaging = artifactsPackaging == .zip ? .zip : .none
        options.name = artifactsName
        options.includesBuildID = artifactsNamespace == .buildID
        options.overridesName = overrideArtifactName
        return options
    }

    private var acl: S3Uploader.ACL? {
        switch artifactsOwnerAccess {
        case .none: nil
        case .readOnly: .bucketOwnerRead
        case .full: .bucketOwnerFullControl
        }
    }
}
