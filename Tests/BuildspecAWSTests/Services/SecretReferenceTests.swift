import TestSupport
import Testing

@testable import BuildspecAWS

/// CodeBuild user guide, "Build specification reference": env/secrets-manager.
struct `Secret references` {
    private static let arn =
        "arn:aws:secretsmanager:eu-central-1:123456789012:secret:prod/db-AbCdEf"

    @Test(
        arguments: [
            ("prod/db", "prod/db", nil, .stage("AWSCURRENT")),
            ("prod/db:password", "prod/db", "password", .stage("AWSCURRENT")),
            ("prod/db:password:AWSPREVIOUS", "prod/db", "password", .stage("AWSPREVIOUS")),
            ("prod/db:password::v-1", "prod/db", "password", .id("v-1")),
            ("prod/db::AWSPREVIOUS", "prod/db", nil, .stage("AWSPREVIOUS")),
            ("prod/db:::v-1", "prod/db", nil, .id("v-1")),
            ("prod/db:::", "prod/db", nil, .stage("AWSCURRENT")),
            (arn, arn, nil, .stage("AWSCURRENT")),
            (arn + ":password", arn, "password", .stage("AWSCURRENT")),
            (arn + ":password::", arn, "password", .stage("AWSCURRENT")),
            (arn + ":password::v-1", arn, "password", .id("v-1")),
            ("arnold:key", "arnold", "key", .stage("AWSCURRENT")),
        ] as [(String, String, String?, SecretReference.Version)]
    )
    func `a secret reference is read as an ID, a key and a version`(
        text: String,
        id: String,
        key: String?,
        version: SecretReference.Version
    ) throws {
        let reference = try SecretReference(text)
        #expect(reference.id == id)
        #expect(reference.jsonKey == key)
        #expect(reference.version == version)
    }

    @Test(arguments: [
        ("", "has no secret name before the first ':'"),
        (":key", "has no secret name before the first ':'"),
        ("a:b:c:d:e", "has too many ':'; the form is 'id:json-key:version-stage:version-id'"),
        (
            "a:b:AWSPREVIOUS:v-1",
            "names both a version stage and a version id; leave one of them empty"
        ),
        (
            "arn:aws:secretsmanager:eu-central-1:1:secret",
            "is not a complete ARN of a secret, such as "
                + "'arn:aws:secretsmanager:REGION:ACCOUNT:secret:NAME'"
        ),
        (
            arn + ":a:b:c:d", "has too many ':'; the form is 'id:json-key:version-stage:version-id'"
        ),
    ])
    func `an invalid secret reference is refused with a reason`(text: String, fault: String) {
        #expect(throws: AWSError(.badReference, "the secret reference '\(text)' \(fault)")) {
            try SecretReference(text)
        }
    }

    @Test(arguments: 1...4 as ClosedRange<UInt64>)
    func `a secret reference and its full form are equal`(seed: UInt64) throws {
        var random = SplitMix64(seed: seed)
        let pieces = [":", ":", "a", "arn:", "é", " ", "AWSCURRENT", "arn:aws:s:r:1:secret:n", ""]
        var count = 0
        for _ in 0..<5000 {
            let text = (0..<Int.random(in: 0...9, using: &random)).map { _ in
                random.pick(pieces)
            }.joined()
            guard let reference = try? SecretReference(text) else { continue }
            count += 1
            let (stage, id) =
                switch reference.version {
                case .stage(let stage): (stage, "")
                case .id(let id): ("", id)
                }
            let full = "\(reference.id):\(reference.jsonKey ?? ""):\(stage):\(id)"
            #expect(try SecretReference(full) == reference, "\(text)")
            #expect(text.hasPrefix(reference.id), "\(text)")
        }
        #expect(count > 500)
    }
}
