import Testing

@testable import BuildspecAWS

struct `Endpoints` {
    @Test(arguments: [
        ("http://127.0.0.1:5000", "http://127.0.0.1:5000"),
        ("HTTPS://Example.COM:443/", "https://example.com"),
        ("http://example.com:443", "http://example.com:443"),
        ("http://[::1]:80/a//b/", "http://[::1]/a/b"),
        ("https://x.example/base", "https://x.example/base"),
    ])
    func `an endpoint is read from a URL`(text: String, expected: String) {
        #expect(Endpoint(text)?.description == expected)
    }

    @Test(arguments: [
        "", "x", "127.0.0.1:80", "ftp://x", "http://", "http://:80", "http://x:0", "http://x:65536",
        "http://x:", "http://x:y", "http://u:p@x", "http://x?a=b", "http://x#a", "http://x y",
        "http://x\n", "http://[::1", "http://[]", "http://ä", "http://x/%41",
    ])
    func `a text that is not an endpoint's URL is refused`(text: String) {
        #expect(Endpoint(text) == nil)
    }
}

/// AWS SDKs and tools reference guide, "Service-specific endpoints" and "AWS Region".
struct `Service endpoints` {
    private func endpoint(
        _ service: AWSService = .parameterStore,
        _ variables: [String: String] = [:],
        region: String = "eu-central-1",
        config: String? = nil
    ) throws(AWSError) -> String {
        let settings = Settings(variables.merging(["HOME": "/h"]) { $1 })
        let profiles = ProfileFiles(settings) { path throws(AWSError) in
            path == "/h/.aws/config" ? config : nil
        }
        return try service.endpoint(region: region, settings, profiles: profiles).description
    }

    @Test(arguments: [
        ("eu-central-1", "https://ssm.eu-central-1.amazonaws.com"),
        ("us-gov-west-1", "https://ssm.us-gov-west-1.amazonaws.com"),
        ("cn-north-1", "https://ssm.cn-north-1.amazonaws.com.cn"),
        ("us-iso-east-1", "https://ssm.us-iso-east-1.c2s.ic.gov"),
        ("us-isob-east-1", "https://ssm.us-isob-east-1.sc2s.sgov.gov"),
    ])
    func `a service's endpoint is in the partition of its region`(
        region: String,
        expected: String
    ) throws {
        #expect(try endpoint(region: region) == expected)
    }

    @Test func `a service's endpoint can be the FIPS and dual-stack one`() throws {
        let flags = ["AWS_USE_FIPS_ENDPOINT": "true", "AWS_USE_DUALSTACK_ENDPOINT": "true"]
        #expect(
            try endpoint(.secretsManager, flags)
                == "https://secretsmanager-fips.eu-central-1.api.aws"
        )
    }

    @Test func `a service's endpoint is its variable's, the general variable's, or the profile's`()
        throws
    {
        let config = """
            [default]
            services = local
            endpoint_url = http://127.0.0.1:4
            [services local]
            ssm =
              endpoint_url = http://127.0.0.1:3
            """
        var variables = [
            "AWS_ENDPOINT_URL_SSM": "http://127.0.0.1:1", "AWS_ENDPOINT_URL": "http://127.0.0.1:2",
        ]
        #expect(try endpoint(.parameterStore, variables, config: config) == "http://127.0.0.1:1")
        #expect(try endpoint(.secretsManager, variables) == "http://127.0.0.1:2")
        variables["AWS_ENDPOINT_URL_SSM"] = nil
        #expect(try endpoint(.parameterStore, variables, config: config) == "http://127.0.0.1:2")
        #expect(try endpoint(config: config) == "http://127.0.0.1:3")
        #expect(try endpoint(.secretsManager, config: config) == "http://127.0.0.1:4")
    }

    @Test func `a service's endpoint is AWS's if configured endpoints are ignored`() throws {
        let variables = [
            "AWS_ENDPOINT_URL": "http://127.0.0.1:2",
            "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS": "true",
        ]
        #expect(
            try endpoint(.parameterStore, variables) == "https://ssm.eu-central-1.amazonaws.com"
        )
    }

    @Test func `an endpoint variable that is not a URL is an error`() {
        #expect(
            throws: AWSError(
                .badConfiguration,
                "AWS_ENDPOINT_URL is not an http or https URL, such as 'http://127.0.0.1:5000'"
            )
        ) { try endpoint(.parameterStore, ["AWS_ENDPOINT_URL": "localhost:5000"]) }
    }
}

struct `Regions` {
    private func region(
        _ variables: [String: String],
        config: String = ""
    ) async throws(AWSError) -> String {
        let settings = Settings(variables.merging(["HOME": "/h"]) { $1 })
        let profiles = ProfileFiles(settings) { path throws(AWSError) in
            path == "/h/.aws/config" ? config : nil
        }
        return try await Region.resolve(
            settings,
            profiles: profiles,
            transport: ScriptedTransport.dead
        )
    }

    @Test func `the region is the environment's, or else the profile's`() async throws {
        let config = "[profile ci]\nregion = eu-west-1\n"
        var variables = [
            "AWS_REGION": "us-east-1", "AWS_DEFAULT_REGION": "us-east-2", "AWS_PROFILE": "ci",
        ]
        #expect(try await region(variables, config: config) == "us-east-1")
        variables["AWS_REGION"] = nil
        #expect(try await region(variables, config: config) == "us-east-2")
        variables["AWS_DEFAULT_REGION"] = ""
        #expect(try await region(variables, config: config) == "eu-west-1")
    }

    @Test func `a missing region is an error that names the sources`() async {
        await #expect(
            throws: AWSError(
                .noRegion,
                "no AWS region is known: AWS_REGION and AWS_DEFAULT_REGION are not set, profile "
                    + "'default' has no 'region', the instance metadata service does not answer "
                    + "at http://169.254.169.254; set AWS_REGION"
            )
        ) { try await region([:]) }
    }

    @Test func `the region of a named profile that does not exist is an error`() async {
        await #expect {
            try await region(["AWS_PROFILE": "ci"])
        } throws: {
            "\($0)".hasPrefix("the profile 'ci' that AWS_PROFILE names is not in")
        }
    }

    @Test(arguments: ["x.evil.example/", "EU-WEST-1", "-a", "a b", "é"])
    func `a region that leads to another host is an error`(text: String) async {
        await #expect {
            try await region(["AWS_REGION": text])
        } throws: {
            ($0 as? AWSError)?.code == .badConfiguration
        }
    }
}

struct `Timestamps` {
    @Test(
        arguments: [
            (0, "19700101T000000Z"), (1_440_938_160, "20150830T123600Z"),
            (951_782_399, "20000228T235959Z"), (951_782_400, "20000229T000000Z"),
            (4_107_542_400, "21000301T000000Z"), (-1, "19691231T235959Z"),
        ] as [(Int64, String)]
    )
    func `a timestamp is written in the basic form`(seconds: Int64, text: String) {
        #expect(Timestamp(seconds: seconds).basic == text)
        #expect(Timestamp(seconds: seconds).day == text.prefix(8))
    }

    @Test(arguments: [
        "2015-08-30T12:36:00Z", "2015-08-30T12:36:00.123Z", "2015-08-30T12:36:00+00:00",
        "2015-08-30 12:36:00Z",
    ])
    func `a timestamp is read from the extended form`(text: String) {
        #expect(Timestamp(extended: text)?.seconds == 1_440_938_160)
    }

    @Test(arguments: [
        "", "soon", "2015-08-30", "2015-08-30T12:36:00", "2015-08-30T12:36:00+02:00",
        "2015-13-30T12:36:00Z", "2015-08-30T24:36:00Z", "2015-08-30T12:36:00Zx",
        "2015/08/30T12:36:00Z", "éééé-08-30T12:36:00Z",
    ])
    func `a text that is not an extended timestamp is refused`(text: String) {
        #expect(Timestamp(extended: text) == nil)
    }

    @Test func `a timestamp is read from a header`() {
        #expect(Timestamp(header: "Sun, 30 Aug 2015 12:36:00 GMT")?.seconds == 1_440_938_160)
        #expect(Timestamp(header: "Sun, 30 Aug 2015 12:36 GMT") == nil)
    }

    @Test func `a timestamp of any day is read back from its form`() throws {
        for day in stride(from: Int64(0), to: 80_000, by: 17) {
            let basic = Timestamp(seconds: day * 86400 + 3661).basic
            let digits = Array(basic)
            let extended =
                String(digits[0..<4]) + "-" + String(digits[4..<6]) + "-"
                + String(digits[6..<8]) + "T01:01:01Z"
            #expect(Timestamp(extended: extended)?.seconds == day * 86400 + 3661)
        }
    }
}
