#if os(Linux)
    import BuildspecFiles
    import BuildspecModel
    import BuildspecRunner
    import SystemPackage
    import TestSupport
    import Testing

    /// Reports of a sandboxed build, which sees less of the machine than the runner does.
    @Suite(.timed, .timeLimit(.minutes(1)), .enabled { await Sandboxes.areAllowed() })
    struct SandboxReportTests {
        private let home: TemporaryDirectory
        private let junit =
            "<testsuite><testcase name='secret'><failure/></testcase></testsuite>"

        init() throws { home = try TemporaryDirectory() }

        @Test(arguments: ["d/*.xml", "d/**/*", "$PLACE/*.xml"])
        func `a file that the sandbox hides is not discovered`(pattern: String) async throws {
            let build = try TestBuild.sandboxed(
                home: home,
                [
                    .build: [
                        "ln -s \(home.path)/hidden d", "export PLACE=\(home.path)/hidden",
                        "export CODEBUILD_CONFIG_AUTO_DISCOVER_DIR='\(pattern)'",
                    ]
                ]
            )
            try home.write(junit, to: "hidden/a.xml")
            // The file must be as new as the build.
            try home.file("hidden/a.xml").setModified(
                FileTime(seconds: 4_000_000_000, nanoseconds: 1)
            )
            #expect(try await build.run().reports.groups == [])
        }

        @Test func `a report of a sandbox is discovered`() async throws {
            let build = try TestBuild.sandboxed(
                home: home,
                [.build: ["echo \"\(junit)\" > a.xml"]]
            )
            #expect(try await build.run().reports.groups.map(\.status) == [.failed])
        }
    }
#endif
