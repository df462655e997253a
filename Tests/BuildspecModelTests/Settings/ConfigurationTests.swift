import BuildspecModel
import TestSupport
import Testing

@Suite(.timed) struct `Configuration files` {
    private static let options = ["endpoint", "region", "anonymous", "kms-key"]

    private func findings(_ text: String) -> [String] {
        Configuration.parse(Array(text.utf8), bucketOptions: Self.options).diagnostics.map {
            "\($0.range.start.line):\($0.range.start.column) \($0.severity.rawValue): \($0.message)"
        }
    }

    @Test func `a configuration file is read with all its values`() {
        let text = """
            cache:
              place: /var/cache/ci   # a comment
              remote: s3://bucket/ci
              max-size: 20GB
              max-age: 7d
            s3:
              region: eu-central-1
              buckets:
                mine:
                  endpoint: http://127.0.0.1:9000
                  anonymous: true
            """
        let (read, diagnostics) = Configuration.parse(
            Array(text.utf8),
            bucketOptions: Self.options
        )
        #expect(diagnostics == [])
        #expect(read.cache?.value == "/var/cache/ci" && read.remote?.value == "s3://bucket/ci")
        #expect(read.maxSize?.value == "20GB" && read.maxAge?.value == "7d")
        #expect(read.s3.mapValues(\.value) == ["region": "eu-central-1"])
        let mine = ["endpoint": "http://127.0.0.1:9000", "anonymous": "true"]
        #expect(read.buckets.mapValues { $0.mapValues(\.value) } == ["mine": mine])
        #expect(read.maxAge?.range.start.line == 5)
    }

    @Test(arguments: ["", "# nothing\n", "cache:\n", "cache: {}\ns3:\n  buckets:\n"])
    func `a configuration file can be empty`(text: String) {
        #expect(findings(text) == [])
    }

    @Test(arguments: [
        (
            #"cache: {place: "a\0b"}"#,
            "1:18 error: this text has a NUL character in it, which no command, variable or path"
                + #" can hold; remove the '\0'"#
        ),
        ("cahce: {}", "1:1 error: unknown key 'cahce' at the top level; did you mean 'cache'?"),
        (
            "cache:\n  maxsize: 1GB",
            "2:3 error: unknown key 'maxsize' in 'cache'; did you mean 'max-size'?"
        ),
        (
            "cache:\n  colour: red",
            "2:3 error: unknown key 'colour' in 'cache'; it can have 'place', 'remote', "
                + "'max-size' or 'max-age'"
        ),
        ("s3:\n  regoin: x", "2:3 error: unknown key 'regoin' in 's3'; did you mean 'region'?"),
        (
            "s3:\n  buckets:\n    b:\n      endpont: x",
            "4:7 error: unknown key 'endpont' in 's3.buckets.b'; did you mean 'endpoint'?"
        ),
        ("- a", "1:1 error: the file must be a mapping, not a list"),
        ("cache: /x", "1:8 error: 'cache' must be a mapping, not text"),
        ("cache:\n  place: [a]", "2:10 error: 'cache.place' must be text, not a list"),
        ("cache:\n  place:", "2:9 error: 'cache.place' must be text, not nothing"),
        ("s3:\n  buckets: x", "2:12 error: 's3.buckets' must be a mapping, not text"),
    ])
    func `a mistake in a configuration file is an error at its position`(
        text: String,
        finding: String
    ) {
        #expect(findings(text) == [finding])
    }

    @Test func `an error in a configuration file does not mention a buildspec`() {
        let texts = ["a: 1\n---\nb: 2\n", "cache: !x {}\n", "cache: [", "cache:\n\tplace: x\n"]
        for text in texts {
            let found = findings(text)
            #expect(!found.isEmpty)
            for line in found { #expect(!line.contains("buildspec"), "\(line)") }
        }
    }

    @Test func `a randomly changed configuration file does not crash the reader`() {
        var random = SplitMix64(seed: 71)
        let seed = Array("cache:\n  place: /x\ns3:\n  buckets:\n    b: {region: y}\n".utf8)
        for _ in 0..<2_000 {
            var bytes = seed
            for _ in 0..<1 + random.next() % 4 {
                bytes[Int(random.next() % UInt64(bytes.count))] = UInt8(random.next() & 0xFF)
            }
            _ = Configuration.parse(bytes, bucketOptions: Self.options)
        }
    }
}
