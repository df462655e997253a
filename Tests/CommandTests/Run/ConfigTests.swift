import BuildspecFiles
import Subprocess
import SystemPackage
import TestSupport
import Testing

/// The precedence of the user's configuration file, variables and options.
///
/// The port to which a command cannot connect shows which endpoint it uses.
@Suite(.timed, .timeLimit(.minutes(3))) struct `Cache configuration` {
    private static let bucket = "bucket"
    /// Ports of this machine on which nothing listens.
    private static let ports = ["option": 11, "address": 12, "variable": 13, "file": 14, "aws": 15]

    private func url(_ source: String) -> String {
        "http://127.0.0.1:\(Self.ports[source] ?? 0)"
    }

    /// Lists a bucket with endpoints in some of the sources, and returns the error.
    private func list(_ sources: Set<String>, ofBucket: Bool = false) async throws -> String {
        let directory = try TemporaryDirectory()
        if sources.contains("file") {
            let options =
                ofBucket
                ? "region: eu-west-1\n  endpoint: http://127.0.0.1:19\n  buckets:\n    bucket:\n"
                    + "      endpoint: \(url("file"))\n"
                : "endpoint: \(url("file"))\n"
            try directory.write("s3:\n  \(options)", to: "home/.config/buildspec/config.yml")
        }
        let query = sources.contains("address") ? "?endpoint=\(url("address"))" : ""
        var environment: [Environment.Key: String] = [
            "AWS_ACCESS_KEY_ID": "a", "AWS_SECRET_ACCESS_KEY": "b",
        ]
        if sources.contains("variable") { environment["BUILDSPEC_S3_ENDPOINT"] = url("variable") }
        if sources.contains("aws") { environment["AWS_ENDPOINT_URL_S3"] = url("aws") }
        let outcome = try await BuildspecProcess.run(
            ["cache", "list", "--cache", "s3://\(Self.bucket)/ci\(query)"]
                + (sources.contains("option") ? ["--endpoint-url", url("option")] : []),
            in: directory,
            environment: environment
        )
        #expect(outcome.status == 3, "\(outcome.error)")
        return outcome.error
    }

    @Test func `an endpoint comes from the option, then address, variable, file and AWS variable`()
        async throws
    {
        var sources = ["option", "address", "variable", "file", "aws"]
        while let best = sources.first {
            let error = try await list(Set(sources))
            #expect(error.contains("127.0.0.1:\(Self.ports[best] ?? 0)"), "\(sources): \(error)")
            sources.removeFirst()
        }
        let error = try await list(["file", "aws"], ofBucket: true)
        #expect(
            error.contains(url("file")),
            "the endpoint of the bucket takes precedence: \(error)"
        )
    }

    @Test func `stores come from the configuration file unless a variable or an option names them`()
        async throws
    {
        let directory = try TemporaryDirectory()
        try directory.write("x", to: "tree/a")
        let (first, second) = (directory.file("first").string, directory.file("second").string)
        try directory.write(
            "cache:\n  place: \(first)\n  remote: \(second)\n  max-size: 1GB\n",
            to: "home/.config/buildspec/config.yml"
        )
        let save = ["cache", "save", "--scope", "s", "--key", "k", "--path", "tree"]
        #expect(try await BuildspecProcess.run(save, in: directory).status == 0)
        for store in [first, second] {
            let listed = try await BuildspecProcess.run(
                ["cache", "list", "--cache", store, "--remote", "none"],
                in: directory
            )
            #expect(listed.output.contains("s      k"), "\(listed)")
        }
        try directory.write(
            "version: 0.2\nphases: {build: {commands: [echo x > made]}}\ncache: {paths: [made]}\n",
            to: "buildspec.yml"
        )
        #expect(
            try await BuildspecProcess.run(["run", "--project", "q"], in: directory).status == 0
        )
        for store in [first, second] {
            let listed = try await BuildspecProcess.run(
                ["cache", "list", "--cache", store, "--remote", "none"],
                in: directory
            )
            #expect(listed.output.contains("q      -"), "\(listed)")
        }
        let third = try await BuildspecProcess.run(
            ["cache", "list"],
            in: directory,
            environment: [
                "BUILDSPEC_CACHE": directory.file("third").string, "BUILDSPEC_REMOTE": "none",
            ]
        )
        #expect(third.output == "no entries in '\(directory.file("third").string)'\n")
        let home = try await BuildspecProcess.run(
            ["cache", "list", "--config", "none"],
            in: directory
        )
        #expect(
            home.output == "no entries in '\(directory.file("home/.cache/buildspec").string)'\n"
        )
    }

    @Test(arguments: ["gs://bucket/x", "s3:bucket/x", "s3://bucket?addressing=host"])
    func `a store that is neither a directory nor a bucket is an error`(text: String) async throws {
        let directory = try TemporaryDirectory()
        for options in [["--cache", text], ["--remote", text]] {
            let list = try await BuildspecProcess.run(["cache", "list"] + options, in: directory)
            #expect(list.status == 64 && list.error.contains("Error: \(options[0]): '\(text)'"))
        }
    }

    @Test func `an error after the parsing of the command line is reported without the usage`()
        async throws
    {
        let directory = try TemporaryDirectory()
        let saved = try await BuildspecProcess.run(
            ["cache", "save", "--cache", "store", "--path", "x", "--sign-key", "gone"],
            in: directory
        )
        #expect(saved.status == 64 && saved.error == "Error: --sign-key: there is no file 'gone'\n")
    }

    @Test func `a mistake in the configuration file is reported with its line and column`()
        async throws
    {
        let directory = try TemporaryDirectory()
        try directory.write(
            "cache:\n  palce: /x\n  max-age: 3\ns3:\n  buckets:\n    b:\n      addressing: host\n",
            to: "my.yml"
        )
        let wrong = try await BuildspecProcess.run(
            ["cache", "list"],
            in: directory,
            environment: ["BUILDSPEC_CONFIG": "my.yml"]
        )
        #expect(wrong.status == 64)
        for text in [
            "my.yml:2:3: error: unknown key 'palce' in 'cache'; did you mean 'place'?",
            "my.yml:3:12: error: '3' has no unit; write '3s', '3m' or '3h'",
            "my.yml:7:19: error: the addressing of a bucket must be 'auto', 'path' or 'virtual'",
        ] {
            #expect(wrong.error.contains(text), "\(wrong.error)")
        }
        let missing = try await BuildspecProcess.run(
            ["cache", "list", "--config", "gone.yml"],
            in: directory
        )
        #expect(missing.status == 64)
        #expect(missing.error.contains("cannot read the configuration 'gone.yml'"))
        let run = try await BuildspecProcess.run(["run", "--config", "my.yml"], in: directory)
        #expect(run.status == 64 && run.error.contains("my.yml:2:3"))
    }

    @Test func `mistakes come in the order of the configuration file, repeated keys among them`()
        async throws
    {
        let directory = try TemporaryDirectory()
        try directory.write(
            "cache:\n  max-age: 3\n  place: /a\n  place: /b\n  max-size: big\n  palce: /x\n",
            to: "my.yml"
        )
        let wrong = try await BuildspecProcess.run(
            ["cache", "list", "--config", "my.yml"],
            in: directory
        )
        #expect(wrong.status == 64)
        let positions = wrong.error.split(separator: "\n").compactMap { line in
            line.split(separator: " ").first { $0.hasPrefix("my.yml:") }
        }
        #expect(
            positions == ["my.yml:2:12:", "my.yml:4:3:", "my.yml:5:13:", "my.yml:6:3:"],
            "\(wrong.error)"
        )
        #expect(wrong.error.contains("my.yml:4:3: error: 'place' occurs twice"))
        #expect(!wrong.error.contains("warning"))
    }

    @Test(arguments: ["option", "variable", "file"])
    func `only 'run' accepts the store 'none', and then reads no key and no policy`(
        how: String
    )
        async throws
    {
        let directory = try TemporaryDirectory()
        try directory.write("cache:\n  place: none\n", to: "none.yml")
        try directory.write("no policy: [", to: ".buildspec-cache-policy.yml")
        try directory.write(
            "version: 0.2\nphases: {build: {commands: [echo x > made]}}\ncache: {paths: [made]}\n",
            to: "buildspec.yml"
        )
        let options = how == "option" ? ["--cache", "none"] : []
        var environment: [Environment.Key: String] = ["BUILDSPEC_CACHE_SIGN_KEY": "no key"]
        if how == "variable" { environment["BUILDSPEC_CACHE"] = "none" }
        if how == "file" { environment["BUILDSPEC_CONFIG"] = "none.yml" }
        func run(_ arguments: String...) async throws -> BuildspecProcess.Outcome {
            try await BuildspecProcess.run(
                arguments + options,
                in: directory,
                environment: environment
            )
        }
        for command in ["list", "verify", "prune", "push"] {
            let refused = try await run("cache", command)
            #expect(
                refused.error.hasPrefix(
                    "Error: a cache command needs a store; 'none' is only for 'buildspec run'\n"
                ) && refused.status == 64,
                "\(refused)"
            )
        }
        let built = try await run("run")
        #expect(built.status == 0, "\(built)")
        let remote = try await run("run", "--remote", "far")
        #expect(remote.status == 64)
        #expect(remote.error.contains("--remote needs a local store"), "\(remote)")
        #expect(!Self.exists("none", in: directory) && !Self.exists("far", in: directory))
    }

    private static func exists(_ name: String, in directory: TemporaryDirectory) -> Bool {
        (try? directory.handle.status(name.utf8))?.mode != nil
    }

    @Test func `a configuration file in the repository is not read`() async throws {
        let directory = try TemporaryDirectory()
        for name in ["config.yml", ".config/buildspec/config.yml", "buildspec/config.yml"] {
            try directory.write("this is: [no configuration", to: name)
        }
        let outcome = try await BuildspecProcess.run(["cache", "list"], in: directory)
        #expect(outcome.status == 0, "\(outcome.error)")
    }
}
