#if os(Linux)
    import BuildspecFiles
    import BuildspecModel
    import BuildspecRunner
    import SystemPackage
    import TestSupport
    import Testing

    /// Artifacts of a sandboxed build, which sees less of the machine than the runner does.
    @Suite(.timed, .timeLimit(.minutes(1)), .enabled { await Sandboxes.areAllowed() })
    struct SandboxArtifactTests {
        private let home: TemporaryDirectory
        private let target: TemporaryDirectory

        init() throws {
            home = try TemporaryDirectory()
            target = try TemporaryDirectory()
        }

        private func build(_ commands: [String], _ files: [String]) throws -> TestBuild {
            var build = try TestBuild.sandboxed(home: home, [.build: commands])
            build.buildspec.artifacts = ArtifactsSection(
                primary: ArtifactSet(files: located(files))
            )
            build.request.artifactsDirectory = target.path
            return build
        }

        @Test func `an artifact link to a file that the sandbox hides is left out with a warning`()
            async throws
        {
            try home.write("secret", to: "key")
            let build = try build(
                [
                    "echo a > a; ln -s a b; ln -s \(home.path)/key c; ln -s \(home.path) d",
                    "ln -s /etc/hostname e",
                ],
                ["*", "d/*"]
            )
            #expect(try await build.run().state == .succeeded)
            #expect(
                try target.handle.names().map { String(decoding: $0, as: UTF8.self) }
                    == ["a", "b", "e"]
            )
            #expect(build.sink.warnings.count == 2, "\(build.sink.warnings)")
            for warning in build.sink.warnings {
                #expect(
                    warning.hasSuffix(
                        "is left out: it is '\(home.path)/key' of this machine, which the build's "
                            + "commands do not see"
                    )
                )
            }
        }

        @Test func `artifacts can come from absolute paths and links in the sandbox's home`()
            async throws
        {
            let build = try build(
                ["echo t > /tmp/t; echo h > ~/h; cd; ln -s h l"],
                ["/tmp/t", "\(home.path)/h", "\(home.path)/l"]
            )
            #expect(try await build.run().state == .succeeded)
            #expect(build.sink.warnings == [])
            #expect(try target.read("t") == "t\n")
            #expect(try target.read("l") == "h\n")
        }

        @Test func `a link that the build makes is not followed to the artifact directory`()
            async throws
        {
            var build = try build(["echo a > a; ln -s \(target.path) out"], ["a"])
            build.request.artifactsDirectory = build.scratch.path.appending("out")
            let result = try await build.run()
            #expect(
                result.artifacts.failure
                    == "'\(build.scratch.path)/out' is a link that the build has made, to "
                    + "'\(target.path)'; it is not followed"
            )
            #expect(try target.handle.names().isEmpty)
        }

        @Test func `a link from before the build is followed to the artifact directory`()
            async throws
        {
            var build = try build(["echo a > a"], ["a"])
            try build.scratch.handle.makeLink("out".utf8, to: Array(target.path.string.utf8))
            build.request.artifactsDirectory = build.scratch.path.appending("out/new")
            #expect(try await build.run().state == .succeeded)
            #expect(try target.read("new/a") == "a\n")
        }
    }
#endif
