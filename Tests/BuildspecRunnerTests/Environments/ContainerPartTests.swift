import BuildspecFiles
import BuildspecModel
import Foundation
import SystemPackage
import TestSupport
import Testing

@testable import BuildspecRunner

/// Parts of the container environment that can be tested without a container.
struct `Container parts` {
    private func parts(_ pieces: [[UInt8]]) -> [ContainerStream.Part] {
        var stream = ContainerStream(marker: "m4rk")
        var parts = pieces.flatMap { stream.parse($0) }
        let rest = stream.finish()
        if !rest.isEmpty { parts.append(.output(rest)) }
        // Adjacent pieces of output are joined, because the cuts do not matter.
        return parts.reduce(into: []) { all, part in
            if case .output(let more) = part, case .output(let before)? = all.last {
                all[all.count - 1] = .output(before + more)
            } else {
                all.append(part)
            }
        }
    }

    @Test(
        arguments: [
            ("Cannot connect to the Docker daemon at unix:///x", "start its server"),
            (
                "permission denied while trying to connect to the Docker daemon socket",
                "your user has no access to its server"
            ),
            (
                "OCI permission denied",
                "check that 'true' is podman or docker, and try it by hand with 'true run --rm alpine true'"
            ),
        ]
    )
    func `an error of a container engine is reported with a remedy`(
        output: String,
        remedy: String
    ) throws {
        let engine = try ContainerEngine("/bin/true", [:])
        let problem = try #require(ContainerImage.failure("start", engine, output).problems.first)
        #expect(problem.message.hasPrefix("cannot start: true says '\(output)'; \(remedy)"))
    }

    @Test(
        arguments: [
            (
                "/usr/bin/slirp4netns failed: open(\"/dev/net/tun\"): Permission denied", [:],
                "a network of its own needs '/dev/net/tun': let everybody open it with 'chmod 666 "
                    + "/dev/net/tun' as root, or run with '--network host' or '--network none'"
            ),
            (
                "Cannot connect to the Docker daemon at tcp://build:1. Is the docker daemon running?",
                ["DOCKER_HOST": "tcp://build:1"],
                "'DOCKER_HOST' is 'tcp://build:1': start the server there, unset the variable to use this "
                    + "machine's, or choose another engine with '--engine'"
            ),
            (
                "error during connect: Get \"http://no:1/v1.24\": dial tcp: lookup no: no such host",
                ["DOCKER_HOST": "tcp://no:1"],
                "'DOCKER_HOST' is 'tcp://no:1': start the server there"
            ),
            ("Cannot connect to the Docker daemon at unix:///x", [:], "start its server, or"),
        ] as [(String, [String: String], String)]
    )
    func `a closed tunnel device and an unreachable server are reported with a remedy`(
        output: String,
        environment: [String: String],
        remedy: String
    ) throws {
        let directory = try TemporaryDirectory()
        try directory.write("#!/bin/sh\n", to: "docker")
        _ = unsafe chmod(directory.file("docker").string, 0o755)
        let engine = try ContainerEngine(directory.file("docker").string, environment)
        let problem = try #require(ContainerImage.failure("start", engine, output).problems.first)
        #expect(problem.message.contains("docker says '\(output)'; \(remedy)"), "\(problem)")
    }

    @Test func `output and messages of a container are separated at every cut of the stream`() {
        let text =
            "one\u{1E}\u{1E}m4rk done 1 0\ntwo\u{1E}m4r k\n\u{1E}m4rk ask 7\ta b\n\u{1E}m4rk here\n\u{1E}m4"
        let bytes = Array(text.utf8)
        let expected: [ContainerStream.Part] = [
            .output(Array("one\u{1E}".utf8)), .message("done 1 0"),
            .output(Array("two\u{1E}m4r k\n".utf8)), .message("ask 7\ta b"), .message("here"),
            .output(Array("\u{1E}m4".utf8)),
        ]
        #expect(parts([bytes]) == expected)
        #expect(parts(bytes.map { [$0] }) == expected)
        for first in 0...bytes.count {
            for second in first...bytes.count {
                let pieces = [bytes[..<first], bytes[first..<second], bytes[second...]].map(
                    Array.init
                )
                #expect(parts(pieces) == expected)
            }
        }
    }

    @Test func `an endless line after a container's marker is output`() {
        let long = Array("\u{1E}m4rk ".utf8) + [UInt8](repeating: 0x61, count: 1 << 17)
        #expect(parts([long]) == [.output(long)])
    }

    @Test(
        arguments: [
            ("/root/.m2/**/*", "/root/.m2"), ("/root/.cache/pip", "/root/.cache/pip"),
            ("/opt/tool-*/lib", "/opt"), ("/home/a b/[xy]", "/home/a b"),
            ("/opt/\\[a\\]/x*", "/opt/[a]"),
        ]
    )
    func `a cache path in a container is copied from its literal beginning`(
        pattern: String,
        path: String
    ) {
        #expect(FilePattern.parse(pattern).map(ContainerCache.literalPrefix) == [path])
    }

    @Test func `a container cache copies no directory twice, and never the sources or the root`() {
        #expect(FilePattern.parse("/*/x").map(ContainerCache.literalPrefix) == [nil])
        #expect(
            ContainerCache.literalPrefixes(
                of: ["sub/**", "/root/.m2/**/*", "/root/.m2/a", "/root/.m2x", "/{a,b}/c", "/**"]
            ) == ["/a/c", "/b/c", "/root/.m2", "/root/.m2x"]
        )
    }

    @Test(
        arguments: [
            ("/a b", "type=bind,source=/a b,target=/t"),
            ("/a,\"b", "type=bind,\"source=/a,\"\"b\",target=/t"),
        ]
    )
    func `a mount's field is quoted if it has a comma or a quote`(path: String, text: String) {
        #expect(ContainerArguments.mount(FilePath(path), "/t") == text)
    }

    @Test(
        arguments: [
            (
                "Trying to pull x...\nError: initializing source docker://x: denied\n",
                "initializing source docker://x: denied"
            ),
            (
                "docker: Error response from daemon: pull access denied.\nSee 'docker run --help'.\n",
                "pull access denied"
            ),
            (
                "Cannot connect to the Docker daemon at unix:///x. Is the docker daemon running?\n",
                "Cannot connect to the Docker daemon at unix:///x. Is the docker daemon running?"
            ),
            ("", "nothing"),
        ]
    )
    func `the reason of an engine's error is one line of its output`(text: String, reason: String) {
        #expect(ContainerEngine.reason(in: text) == reason)
    }

    @Test func `the users of an image are read from its passwd file`() {
        let text = "root:x:0:0::/root:/bin/sh\n# no\napp:x:1000:1001::/home/app:\nbad:x:y:1::/:\n"
        let accounts = UserAccount.list(passwd: Array(text.utf8))
        #expect(accounts.map(\.name) == ["root", "app"])
        #expect(accounts.last?.groupID == 1001)
        #expect(accounts.last?.home == "/home/app")
    }

    @Test(.timeLimit(.minutes(1)))
    func `a container server that does not answer in time is named in the error`() async throws {
        let directory = try TemporaryDirectory()
        try directory.write("#!/bin/sh\nexec sleep 50\n", to: "docker")
        let engine = directory.file("docker")
        unsafe chmod(engine.string, 0o755)
        let request = BuildRequest(
            Buildspec(version: .v02),
            sourceDirectory: directory.path,
            hostEnvironment: ["PATH": "/usr/bin:/bin", "DOCKER_HOST": "unix:///run/deaf.sock"],
            stateDirectory: directory.file("state")
        )
        var options = ContainerOptions(image: "x")
        options.engine = engine.string
        do {
            _ = try await ContainerImage(options, for: request, responseTimeout: .milliseconds(200))
            Issue.record("the image was found")
        } catch let error as SetupError {
            #expect(
                error.problems.first?.message
                    == "cannot use the image 'x': docker says 'nothing within 0.2 s'; 'DOCKER_HOST' is "
                    + "'unix:///run/deaf.sock': start the server there, unset the variable to use this "
                    + "machine's, or choose another engine with '--engine'"
            )
        }
    }
}
