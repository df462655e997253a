#if os(Linux)
    import BuildspecCache
    import BuildspecFiles
    import BuildspecModel
    import BuildspecRunner
    import Foundation
    import SystemPackage
    import TestSupport
    import Testing

    /// Directories of the machine that cache paths make writable in a sandbox.
    @Suite(.timed, .timeLimit(.minutes(1)), .enabled { await Sandboxes.areAllowed() })
    struct SandboxWriteTests {
        private let home: TemporaryDirectory
        private let outside: TemporaryDirectory
        private let store: TemporaryDirectory

        init() throws {
            home = try TemporaryDirectory()
            outside = try TemporaryDirectory()
            store = try TemporaryDirectory()
            try home.write("secret", to: ".aws/credentials")
            try home.write("cached", to: ".cache/tool/a")
            try outside.write("secret", to: "cron.d/job")
        }

        private func build(
            _ paths: [String],
            _ commands: [String],
            writing named: [FilePath] = []
        ) throws -> TestBuild {
            var build = try TestBuild.sandboxed(cached: paths, home: home, [.build: commands])
            build.request.cache = BuildCache(directory: store.path)
            var options = SandboxOptions()
            options.writable = named
            build.request.execution = .sandbox(options)
            return build
        }

        /// Cache paths that must stay closed; `OUT` stands for a directory of the machine.
        static let refused = [
            "OUT/cron.d/*", "OUT/cron.d/**/*", "OUT/cron.d", "OUT/*", "OUT/{cron.d,x}/*",
            "$HOME/.aws/*",
            "$HOME/.aws/**", "$HOME/.a*/**", "$HOME/*", "$HOME/**/*", "$HOME/.cache/../.aws/*",
            "$HOME/.cache/link/*", "$HOME/.cache/up/.aws/*", "$HOME/.cache/\\../.aws/*",
            "/etc/cron.d/*", "/etc/*", "OUT/$CODEBUILD_BUILD_NUMBER/../cron.d/*",
        ]

        @Test(arguments: refused)
        func `a cache path outside of the usual directories is left out with one warning`(
            path: String
        ) async throws {
            try home.handle.directory(".cache".utf8).makeLink(
                "link".utf8,
                to: Array("../.aws".utf8)
            )
            try home.handle.directory(".cache".utf8).makeLink("up".utf8, to: Array("..".utf8))
            let build = try build(
                [path.replacing("OUT", with: outside.path.string), "out/*"],
                [
                    "mkdir -p out; echo x > out/x",
                    "for d in '\(outside.path)/cron.d' /etc/cron.d ~/.aws; do "
                        + "(echo evil > $d/buildspec-evil) 2> /dev/null; done; true",
                    "cat '\(outside.path)/cron.d/job' ~/.aws/credentials 2> /dev/null; true",
                ]
            )
            #expect(try await build.run().state == .succeeded)
            #expect(!build.sink.output.contains("secret"))
            #expect(build.sink.warnings.count == 1, "\(build.sink.warnings)")
            let warning = build.sink.warnings.first ?? ""
            #expect(warning.hasPrefix("cache: the path '") && warning.contains("' is left out: "))
            #expect(build.sink.notes == [])
            #expect(try outside.handle.directory("cron.d".utf8).names().count == 1)
            #expect(try home.read(".aws/credentials") == "secret")
            #expect(unsafe access("/etc/cron.d/buildspec-evil", F_OK) != 0)
            #expect(try home.read(".aws/buildspec-evil") == nil)
        }

        @Test func `the warning about a closed cache path names the option and the directory`()
            async throws
        {
            let target = try Machine.absolute(outside.path).text + "/cron.d"
            let build = try build(["\(outside.path)/cron.d/*", "out"], ["mkdir out; touch out/x"])
            _ = try await build.run()
            #expect(
                build.sink.warnings == [
                    "cache: the path '\(outside.path)/cron.d/*' is left out: commands could write "
                        + "to '\(outside.path)/cron.d' of this machine, which is not a usual cache "
                        + "directory; '--sandbox-write \(target)' allows that"
                ]
            )
        }

        @Test func `a closed cache path fails a strict build before any command`() async throws {
            var build = try build(["\(outside.path)/cron.d/*"], ["echo never"])
            build.request.strictCache = true
            #expect(try await build.run().state == .failed)
            #expect(build.sink.commands.isEmpty)
        }

        @Test func `a usual cache directory is writable in a sandbox, and the log reports it`()
            async throws
        {
            let build = try build(
                ["$HOME/.cache/tool/**/*", "$HOME/.m2/**/*"],
                ["cat ~/.cache/tool/a; echo b > ~/.cache/tool/b; echo c > ~/.m2/repository/c"]
            )
            #expect(try await build.run().state == .succeeded)
            #expect(build.sink.warnings == [])
            #expect(
                build.sink.notes == [
                    "sandbox: commands can write to '\(home.path)/.cache/tool' of this machine",
                    "sandbox: commands can write to '\(home.path)/.m2/repository', "
                        + "'\(home.path)/.m2/wrapper' of this machine; the rest of '\(home.path)/.m2' is "
                        + "not open and not cached",
                ]
            )
            #expect(try home.read(".cache/tool/b") == "b\n")
            #expect(try home.read(".m2/repository/c") == "c\n")
        }

        @Test func `a directory that the user names is writable, and its siblings are hidden`()
            async throws
        {
            let directory = outside.path.appending("a/b")
            let build = try build(
                ["\(directory)/**/*"],
                ["echo x > \(directory)/x", "ls -A \(outside.path); ls -A ~"],
                writing: [outside.path.appending("a")]
            )
            #expect(try await build.lines() == ["a"])
            #expect(build.sink.warnings == [])
            #expect(try outside.read("a/b/x") == "x\n")
            #expect(build.sink.notes.count == 2)
        }

        @Test func `a cached directory that is a link is writable if the user names its target`()
            async throws
        {
            try home.handle.makeLink(".m2".utf8, to: Array(outside.path.string.utf8))
            let refused = try build(["$HOME/.m2/**/*"], ["cat ~/.m2/cron.d/job 2> /dev/null; true"])
            #expect(try await refused.lines() == [])
            #expect(refused.sink.warnings.first?.contains("--sandbox-write") == true)
            let named = try build(
                ["$HOME/.m2/**/*"],
                ["echo a > ~/.m2/a"],
                writing: [outside.path]
            )
            #expect(try await named.run().state == .succeeded)
            #expect(named.sink.warnings == [])
            #expect(try outside.read("a") == "a\n")
        }

        @Test func `a writable directory that contains the home is refused`() async throws {
            for path: FilePath in ["/", home.path, "/tmp"] {
                let build = try build([], ["true"], writing: [path])
                do {
                    _ = try await build.run()
                    Issue.record("'\(path)' is open")
                } catch let error as SetupError {
                    let message = error.problems.first?.message ?? ""
                    #expect(message.hasSuffix("; name a directory that does not contain it"))
                }
            }
        }

        @Test func `a buildspec file that sets HOME does not show the user's home`() async throws {
            var build = try build(
                [],
                ["cat '\(home.path)/.aws/credentials' 2> /dev/null; echo $HOME"]
            )
            build.buildspec.env.variables = [
                EnvVariable(name: "HOME", value: Located(text: "/var/empty"))
            ]
            #expect(try await build.lines() == ["/var/empty"])
        }

        @Test func `credentials in usual cache directories are hidden unless the user names them`()
            async throws
        {
            try home.write("password", to: ".m2/settings.xml")
            let commands = [
                "cat ~/.m2/settings.xml 2> /dev/null; (echo x > ~/.m2/settings.xml) 2> /dev/null; true"
            ]
            var build = try build(["$HOME/.m2/**/*"], commands)
            #expect(try await build.lines() == [])
            #expect(try home.read(".m2/settings.xml") == "password")
            var options = SandboxOptions()
            options.readable = [home.path.appending(".m2/settings.xml")]
            build.request.execution = .sandbox(options)
            #expect(try await build.lines() == ["password"])
            #expect(try home.read(".m2/settings.xml") == "password")
        }

        @Test(arguments: [
            ".hex/hex.config", ".sbt/1.0/credentials.sbt", ".sbt/sonatype_credentials",
            ".gradle/gradle.properties", ".gem/credentials",
        ])
        func `every credentials file in a usual cache directory is empty in a sandbox`(
            name: String
        ) async throws {
            try home.write("password", to: name)
            let build = try build(
                ["$HOME/\(name.prefix { $0 != "/" })/**/*"],
                ["cat ~/\(name) 2> /dev/null; true"]
            )
            #expect(try await build.lines() == [])
            #expect(try home.read(name) == "password")
        }

        @Test(arguments: [true, false])
        func `sandboxed commands cannot write scripts that gradle would run later`(
            isThere: Bool
        ) async throws {
            if isThere { try home.write("own", to: ".gradle/init.d/a.gradle") }
            let build = try build(
                ["$HOME/.gradle/**/*"],
                [
                    "(mkdir -p ~/.gradle/init.d; echo x > ~/.gradle/init.d/b.gradle) 2> /dev/null; true",
                    "(echo x > ~/.gradle/init.gradle) 2> /dev/null; true",
                    "echo y > ~/.gradle/caches/c",
                ]
            )
            #expect(try await build.run().state == .succeeded)
            #expect(try home.read(".gradle/init.d/b.gradle") == nil)
            #expect(try home.read(".gradle/init.gradle") == nil)
            #expect(try home.read(".gradle/caches/c") == "y\n")
        }

        @Test(arguments: ["store", "a/b/store"])
        func `a store in the sources is not visible in a sandbox`(name: String) async throws {
            let top = name.prefix { $0 != "/" }
            var build = try build(
                ["c"],
                [
                    "mkdir c; touch c/f; ls -A \(name); (echo x > \(name)/x) 2> /dev/null || echo closed",
                    "mv \(top) moved 2> /dev/null || echo stays",
                ]
            )
            build.request.cache = BuildCache(directory: build.scratch.path.pushing(FilePath(name)))
            #expect(try await build.lines() == ["closed", "stays"])
            #expect(try build.scratch.read("\(name)/buildspec-store") != nil)
            #expect(try build.scratch.read("\(name)/x") == nil)
        }

        @Test func `an option does not open a store or the state directory either`() async throws {
            for name in ["store", "state"] {
                for path in [outside.path, outside.path.appending("\(name)/v1")] {
                    var build = try build([], ["true"], writing: [path])
                    build.request.cache = BuildCache(directory: outside.file("store"))
                    build.request.stateDirectory = outside.file("state")
                    do {
                        _ = try await build.run()
                        Issue.record("'\(path)' is open")
                    } catch let error as SetupError {
                        let message = error.problems.first?.message ?? ""
                        #expect(message.contains("--sandbox-write '\(path)': "), "\(message)")
                    }
                }
            }
        }

        @Test func `a directory with a link to a store is not opened`() async throws {
            try home.handle.directory(".cache".utf8).makeLink(
                "st".utf8,
                to: Array(outside.path.string.utf8)
            )
            var build = try build(["$HOME/.cache/**/*"], ["true"])
            build.request.cache = BuildCache(directory: home.path.appending(".cache/st"))
            _ = try await build.run()
            #expect(build.sink.warnings.first?.contains("could replace the link") == true)
        }

        @Test func `no store is visible in a sandbox, and no cache path opens one`() async throws {
            let stored = home.path.appending(".cache/store")
            try home.write("kept", to: ".cache/store/v1/keys/k")
            var build = try build(
                ["$HOME/.cache/**/*", "$HOME/.cache/store/v1/**/*"],
                [
                    "ls -A ~/.cache/store; (echo x > ~/.cache/store/x; rm -rf ~/.cache/store) 2> /dev/null; true"
                ]
            )
            build.request.cache = BuildCache(
                stores: CacheStores(local: DirectoryStore(stored, takesAnyDirectory: true))
            )
            #expect(try await build.lines() == [])
            #expect(build.sink.warnings.contains { $0.contains("which commands must not change") })
            #expect(try home.read(".cache/store/v1/keys/k") == "kept")
            #expect(try home.read(".cache/store/x") == nil)
        }
    }
#endif
