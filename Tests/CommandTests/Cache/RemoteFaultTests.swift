import BuildspecFiles
import Subprocess
import TestSupport
import Testing

/// Builds with a bucket over a network that fails, which neither fail nor restore a wrong byte.
@Suite(.timed, .timeLimit(.minutes(10)))
struct RemoteFaultTests {
    /// A build that compares every restored byte, and fails on a wrong one.
    private static let buildspec = """
        version: 0.2
        phases:
          build:
            commands:
              - |
                if [ -e out ]; then
                  seq 1 300000 | cmp - out/numbers && seq 300000 400000 | cmp - out/more && echo FOUND
                else
                  mkdir out && seq 1 300000 > out/numbers && seq 300000 400000 > out/more && echo MADE
                fi
        cache:
          key: k
          paths:
            - out/**/*
        """

    /// The stores of a machine.
    enum Stores: String, CaseIterable {
        case bucket
        case directoryAndBucket

        func options(_ bucket: String) -> [String] {
            switch self {
            case .bucket: ["--cache", "s3://\(bucket)/ci"]
            case .directoryAndBucket: ["--cache", "near", "--remote", "s3://\(bucket)/ci"]
            }
        }
    }

    /// The result of a build.
    private struct Build {
        var isFound: Bool
        var isMade: Bool
        var warnings: [Substring]
    }

    /// The bucket of this test alone, because tests share the server.
    private let bucket = "builds-\(UInt32.random(in: 0 ... .max))"

    private func machine() throws -> TemporaryDirectory {
        let directory = try TemporaryDirectory()
        try directory.write(Self.buildspec, to: "buildspec.yml")
        return directory
    }

    private func build(
        _ stores: Stores,
        in directory: TemporaryDirectory,
        over url: String
    ) async throws -> Build {
        let outcome = try await BuildspecProcess.run(
            ["run", "--log-format", "plain", "--project", "p"] + stores.options(bucket),
            in: directory,
            environment: [
                "AWS_ENDPOINT_URL_S3": url, "AWS_REGION": "us-east-1",
                "AWS_ACCESS_KEY_ID": "testing", "AWS_SECRET_ACCESS_KEY": "testing",
            ]
        )
        let text = outcome.output + outcome.error
        #expect(outcome.status == 0, "\(text)")
        let lines = text.split(separator: "\n")
        return Build(
            isFound: lines.contains("FOUND"),
            isMade: lines.contains("MADE"),
            warnings: lines.filter { $0.hasPrefix("warning: ") }
        )
    }

    /// Calls `body` with a bucket, to which another machine has saved the entry if `isFilled`.
    private func withBucket(
        isFilled: Bool = true,
        _ body: @Sendable (MotoServer) async throws -> Void
    ) async throws {
        try await MotoServer.run { server in
            _ = try await Python.run(
                """
                import sys, urllib.request as web
                web.urlopen(web.Request(sys.argv[1], method="PUT"))
                """,
                [server.url + "/" + bucket],
                input: ""
            )
            if isFilled {
                let first = try await build(.bucket, in: machine(), over: server.url)
                #expect(first.isMade && first.warnings.isEmpty, "\(first)")
            }
            try await body(server)
        }
    }

    @Test(
        arguments: Stores.allCases,
        TestScope.isFull ? [.reset, .truncate, .busy] : [FaultyProxy.Fault.reset]
    )
    func `an occasional network fault does not affect a build`(
        stores: Stores,
        fault: FaultyProxy.Fault
    ) async throws {
        try await withBucket(isFilled: false) { server in
            try await FaultyProxy.run(server.url, fault, period: 3) { proxy in
                let saved = try await build(stores, in: machine(), over: proxy.url)
                #expect(saved.isMade && saved.warnings.isEmpty, "\(saved)")
                let restored = try await build(stores, in: machine(), over: proxy.url)
                #expect(restored.isFound && restored.warnings.isEmpty, "\(restored)")
            }
        }
    }

    @Test(
        arguments: TestScope.isFull
            ? [.reset, .truncate, .busy, .stall] : [FaultyProxy.Fault.stall]
    )
    func `a failing bucket causes one warning, and the build uses its local store`(
        fault: FaultyProxy.Fault
    ) async throws {
        try await withBucket { server in
            try await FaultyProxy.run(server.url, fault) { proxy in
                let machine = try machine()
                let first = try await build(.directoryAndBucket, in: machine, over: proxy.url)
                #expect(first.isMade && first.warnings.count == 1, "\(first)")
                #expect(first.warnings.first?.contains("going on with") == true, "\(first)")
                if fault == .stall { return }
                try machine.handle.removeTree(Array("out".utf8))
                let second = try await build(.directoryAndBucket, in: machine, over: proxy.url)
                #expect(second.isFound && second.warnings.count == 1, "\(second)")
            }
        }
    }

    @Test(arguments: TestScope.isFull ? [.reset, .truncate, .busy] : [FaultyProxy.Fault.truncate])
    func `a build whose only store is a failing bucket runs without a cache`(
        fault: FaultyProxy.Fault
    ) async throws {
        try await withBucket { server in
            try await FaultyProxy.run(server.url, fault) { proxy in
                let built = try await build(.bucket, in: machine(), over: proxy.url)
                #expect(built.isMade && !built.warnings.isEmpty, "\(built)")
            }
        }
    }

    @Test(arguments: Stores.allCases, [1, 3])
    func `wrong bytes from a bucket are a miss with a warning`(
        stores: Stores,
        period: Int
    ) async throws {
        try await withBucket { server in
            try await FaultyProxy.run(server.url, .corrupt, period: period, method: "GET") {
                let built = try await build(stores, in: machine(), over: $0.url)
                #expect(built.isMade && !built.isFound, "\(built)")
                #expect(built.warnings.contains { $0.contains("damaged") }, "\(built)")
            }
        }
    }

    @Test(arguments: Stores.allCases)
    func `a clock that is two hours off does not affect a build`(stores: Stores) async throws {
        try await withBucket { server in
            try await FaultyProxy.run(server.url, .skew) { proxy in
                let built = try await build(stores, in: machine(), over: proxy.url)
                #expect(built.isFound && built.warnings.isEmpty, "\(built)")
            }
        }
    }

    @Test(arguments: Stores.allCases)
    func `'run' without changes makes at most three requests`(stores: Stores) async throws {
        try await withBucket { server in
            let machine = try machine()
            _ = try await build(stores, in: machine, over: server.url)
            try await FaultyProxy.run(server.url, nil) { proxy in
                let built = try await build(stores, in: machine, over: proxy.url)
                #expect(built.isFound)
                let requests = try proxy.requests()
                #expect((1...3).contains(requests.count), "\(requests)")
            }
        }
    }
}
