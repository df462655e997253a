import SystemPackage
import TestSupport
import Testing

@testable import BuildspecAWS

/// AWS SDKs and tools reference guide, "Shared config and credentials files: format".
struct `Profile files` {
    private func config(_ text: String) throws -> [String: ProfileFile.Section] {
        try ProfileFile.parse(text, .config).profiles
    }

    private func credentials(_ text: String) throws -> [String: ProfileFile.Section] {
        try ProfileFile.parse(text, .credentials).profiles
    }

    @Test func `a profile file has sections and properties`() throws {
        let profiles = try config(
            """
            # a comment
            [default]
            region = eu-central-1
            OUTPUT=json

            ; another
            [profile ci]
            region=us-east-1 # where the runners are
            \taws_access_key_id = ignored, it continues the region
            [profile "two words"]
            x = a#b;c
            y = a ;c
            z =
            """
        )
        #expect(profiles["default"]?.values == ["region": "eu-central-1", "output": "json"])
        #expect(
            profiles["ci"]?.values == [
                "region": "us-east-1\naws_access_key_id = ignored, it continues the region"
            ]
        )
        #expect(profiles["two words"]?.values == ["x": "a#b;c", "y": "a", "z": ""])
    }

    @Test func `a profile's section begins with 'profile' in the config file only`() throws {
        let text = "[ci]\na=1\n[profile ci]\na=2\n[sso-session s]\na=3\n[profile default]\na=4\n"
        #expect(try config(text).mapValues(\.values) == ["ci": ["a": "2"], "default": ["a": "4"]])
        #expect(try credentials("[ci]\na=1\n").mapValues(\.values) == ["ci": ["a": "1"]])
    }

    @Test func `a section can occur twice in a profile file, and its last values count`() throws {
        let profiles = try credentials("[a]\nx=1\ny=1\n[b]\nx=2\n[a]\nx=3\n")
        #expect(profiles["a"]?.values == ["x": "3", "y": "1"])
    }

    @Test func `properties are nested below a property without a value`() throws {
        let file = try ProfileFile.parse(
            "[services local]\nssm =\n  endpoint_url = http://127.0.0.1:1\n  b = 2\ns3 =\n x = 1\n",
            .config
        )
        #expect(
            file.services["local"]?.nested == [
                "ssm": ["endpoint_url": "http://127.0.0.1:1", "b": "2"], "s3": ["x": "1"],
            ]
        )
    }

    @Test func `a profile file can have any line ends and a byte order mark`() throws {
        for end in ["\n", "\r\n", "\r"] {
            let text = "\u{FEFF}[a]\(end)x = 1\(end)\(end)  \(end)y=2"
            #expect(
                try credentials(text)["a"]?.values == ["x": "1", "y": "2"],
                "\(end.debugDescription)"
            )
        }
    }

    @Test(arguments: [
        ("[a\n", 1, "the name of a section has no ']' after it"),
        ("[]\n", 1, "a section has no name"),
        ("[a] b\n", 1, "there is text after a section's ']'"),
        ("x = 1\n", 1, "a property is before the first section"),
        (" x = 1\n", 1, "a property is before the first section"),
        ("[a]\n\nSECRET\n", 3, "a line is neither '[section]' nor 'name = value'"),
        ("[a]\n= SECRET\n", 2, "a value has no name before '='"),
    ])
    func `a mistake in a profile file is an error with the line's number, but not its text`(
        text: String,
        line: Int,
        fault: String
    ) {
        #expect(throws: ProfileFile.LineError(line: line, fault: fault)) {
            try ProfileFile.parse(text, .credentials)
        }
    }

    @Test(arguments: 1...20 as ClosedRange<UInt64>)
    func `a written profile file is read back with the same values`(seed: UInt64) throws {
        var random = SplitMix64(seed: seed)
        let letters = Array("abcXYZ019_-./+=é [](){}%$\\\"'")
        func word(_ count: ClosedRange<Int>) -> String {
            let length = Int.random(in: count, using: &random)
            let text = String(
                (0..<length).map { _ in
                    random.pick(letters)
                }
            )
            return text.split(separator: " ").joined(separator: " ")
        }
        var expected: [String: [String: String]] = [:]
        var text = ""
        for number in 0..<Int.random(in: 1...5, using: &random) {
            let name = "p\(number)"
            expected[name] = [:]
            text += "[\(name)]\n"
            for index in 0..<Int.random(in: 0...5, using: &random) {
                let value = word(0...20)
                expected[name]?["k\(index)"] = value
                text += "K\(index) =  \(value)\t\n# \(word(0...5))\n"
            }
        }
        #expect(try credentials(text).mapValues(\.values) == expected, "seed \(seed)")
    }

    @Test(arguments: 1...4 as ClosedRange<UInt64>)
    func `a random profile file is read, or refused at one of its lines`(seed: UInt64) {
        var random = SplitMix64(seed: seed)
        let pieces = [
            "[", "]", "=", "\n", "\r\n", " ", "#", ";", "profile ", "a", "\t", "\"", "\0",
        ]
        for _ in 0..<2000 {
            let text = (0..<Int.random(in: 0...30, using: &random)).map { _ in
                random.pick(pieces)
            }.joined()
            for kind in [ProfileFile.Kind.config, .credentials] {
                do throws(ProfileFile.LineError) {
                    _ = try ProfileFile.parse(text, kind)
                } catch {
                    let lines = text.split(
                        omittingEmptySubsequences: false,
                        whereSeparator: \.isNewline
                    )
                    #expect((1...lines.count).contains(error.line), "\(text.debugDescription)")
                }
            }
        }
    }
}

struct `Profile credentials` {
    private func lookUp(
        _ files: [String: String],
        _ variables: [String: String] = [:]
    ) async throws(AWSError) -> CredentialLookup {
        let settings = Settings(["HOME": "/h"].merging(variables) { $1 })
        let profiles = ProfileFiles(settings) { path throws(AWSError) in files[path] }
        return try await ProfileCredentials(settings, profiles: profiles).lookUp()
    }

    private let keys = "aws_access_key_id = AKIA1\naws_secret_access_key = s/+\n"

    @Test func `profile credentials come from the credentials file, or else the config file`()
        async throws
    {
        let config = "[default]\naws_access_key_id=AKIAC\naws_secret_access_key=c\n"
        let expected = Credentials(
            accessKeyID: "AKIA1",
            secretAccessKey: "s/+",
            source: "profile 'default'"
        )
        let both = ["/h/.aws/credentials": "[default]\n" + keys, "/h/.aws/config": config]
        #expect(try await lookUp(both) == .found(expected))
        let other = Credentials(
            accessKeyID: "AKIAC",
            secretAccessKey: "c",
            source: "profile 'default'"
        )
        #expect(try await lookUp(["/h/.aws/config": config]) == .found(other))
    }

    @Test func `profile credentials come from the profile and files that the variables name`()
        async throws
    {
        let files = ["/h/x": "[ci]\n" + keys + "aws_session_token = t\n"]
        let found = try await lookUp(
            files,
            ["AWS_PROFILE": "ci", "AWS_SHARED_CREDENTIALS_FILE": "~/x"]
        )
        let expected = Credentials(
            accessKeyID: "AKIA1",
            secretAccessKey: "s/+",
            sessionToken: "t",
            source: "profile 'ci'"
        )
        #expect(found == .found(expected))
    }

    @Test func `credentials of a named profile that does not exist are an error`() async {
        await #expect(
            throws: AWSError(
                .badConfiguration,
                "the profile 'ci' that AWS_PROFILE names is not in '/h/.aws/credentials' or "
                    + "'/h/.aws/config'; 'aws configure list-profiles' shows the names"
            )
        ) { try await lookUp(["/h/.aws/credentials": "[default]\n" + keys], ["AWS_PROFILE": "ci"]) }
    }

    @Test(arguments: [
        "role_arn = arn:x\nsource_profile = default", "sso_session = s",
        "sso_start_url = https://x",
        "credential_process = /bin/x", "login_session = x",
    ])
    func `credentials by an unsupported property are an error that names it`(lines: String) async {
        let property = lines.prefix { $0 != " " }
        await #expect(
            throws: AWSError(
                .unsupported,
                "profile 'ci' gets its credentials by '\(property)', which buildspec does not "
                    + "support; export the credentials with the AWS command line before: "
                    + "eval \"$(aws configure export-credentials --profile 'ci' --format env)\""
            )
        ) {
            try await lookUp(["/h/.aws/config": "[profile ci]\n\(lines)\n"], ["AWS_PROFILE": "ci"])
        }
    }

    @Test func `profile credentials without one of the keys are an error`() async {
        await #expect {
            try await lookUp(["/h/.aws/credentials": "[default]\naws_access_key_id = AKIA1\n"])
        } throws: {
            ($0 as? AWSError)?.code == .badCredentials
        }
    }

    @Test func `a line of a profile file that cannot be read is an error at its position`() async {
        await #expect(
            throws: AWSError(
                .badConfiguration,
                "/h/.aws/credentials:2: error: a line is neither '[section]' nor 'name = value'; "
                    + "correct the line"
            )
        ) { try await lookUp(["/h/.aws/credentials": "[default]\nSECRET\n"]) }
    }

    @Test func `profile credentials are read from files, and a directory is an error`() async throws
    {
        let directory = try TemporaryDirectory()
        try directory.write("[default]\n" + keys, to: ".aws/credentials")
        let settings = Settings(["HOME": directory.path.string])
        let found = try await ProfileCredentials(
            settings,
            profiles: ProfileFiles(settings)
        ).lookUp()
        guard case .found(let credentials) = found else {
            Issue.record("\(found)")
            return
        }
        #expect(credentials.accessKeyID == "AKIA1")
        let folder = Settings(["AWS_CONFIG_FILE": directory.path.string])
        #expect(throws: AWSError.self) { try ProfileFiles(folder).profile("default") }
    }
}
