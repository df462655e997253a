/// Which build this is.
///
/// Source: CodeBuild user guide, "Environment variables in build environments".
public struct BuildIdentity: Sendable, Equatable {
    /// The project's name.
    public var project: String
    /// The build's number in its project on this machine, from 1.
    public var number: Int
    /// A name that no other build has, in lower case: `5f6f2b34-…`.
    public var uuid: String
    /// Milliseconds since 1970.
    public var startTime: Int64
    /// The AWS region; `nil` when the host has none.
    public var region: String?

    /// `PROJECT:UUID`.
    public var id: String { "\(project):\(uuid)" }

    /// `arn:aws:codebuild:REGION:000000000000:build/PROJECT:UUID`; without a region, `us-east-1`
    /// stands for it, as in AWS's local agent.
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

    /// A random UUID in lower case (RFC 9562, version 4).
    public static func randomUUID() -> String {
        var generator = SystemRandomNumberGenerator()
        var bytes = (0..<16).map { _ in UInt8.random(in: 0...255, using: &generator) }
        bytes[6] = bytes[6] & 0x0f | 0x40
        bytes[8] = bytes[8] & 0x3f | 0x80
        let digits = Array("0123456789abcdef")
        var text = ""
        for (index, byte) in bytes.enumerated() {
            if [4, 6, 8, 10].contains(index) { text += "-" }
            text.append(digits[Int(byte >> 4)])
            text.append(digits[Int(byte & 15)])
        }
        return text
    }
}
