internal import BuildspecFiles

/// The names and numbers that identify a build.
///
/// Source: CodeBuild user guide, "Environment variables in build environments".
public struct BuildIdentity: Sendable, Equatable {
    /// The project's name.
    public var project: String
    /// The build's number in its project on this machine, from 1.
    public var number: Int
    /// A unique name of the build, in lower case: `5f6f2b34-…`.
    public var uuid: String
    /// The start of the build, in milliseconds since 1970.
    public var startTime: Int64
    /// The AWS region; `nil` if the host does not set one.
    public var region: String?

    /// The id of the build: `PROJECT:UUID`.
    public var id: String { "\(project):\(uuid)" }

    /// The ARN of the build: `arn:aws:codebuild:REGION:000000000000:build/PROJECT:UUID`.
    ///
    /// Without a region, it has `us-east-1`, as in AWS's local agent.
    public var arn: String {
        "arn:aws:codebuild:\(region ?? "us-east-1"):000000000000:build/\(id)"
    }

    /// Creates an identity.
    public init(
        project: String,
        number: Int,
        uuid: String = BuildIdentity.randomUUID(),
        startTime: Int64,
        region: String?
    ) {
        self.project = project
        self.number = number
        self.uuid = uuid
        self.startTime = startTime
        self.region = region
    }

    /// Creates a random UUID in lower case (RFC 9562, version 4).
    public static func randomUUID() -> String {
        var bytes = (0..<16).map { _ in UInt8.random(in: 0...255) }
        bytes[6] = bytes[6] & 0x0f | 0x40
        bytes[8] = bytes[8] & 0x3f | 0x80
        let parts = [0..<4, 4..<6, 6..<8, 8..<10, 10..<16]
        return parts.map { Hex.encode(bytes[$0]) }.joined(separator: "-")
    }
}
