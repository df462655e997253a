#if os(Linux)
    internal import BuildspecFiles
    internal import SystemPackage

    /// The directories of this machine that a cached path may open in a sandbox: those in which tools
    /// keep what they can load again, in the homes of the users that run commands, and those that
    /// `--sandbox-write` names.
    ///
    /// A buildspec alone must not decide where its commands write. So a place counts with its links
    /// resolved, and a home is what this machine says, not what the buildspec sets `HOME` to.
    struct UsualCaches: Sendable {
        /// Directories of a home; also named in docs/sandbox.md.
        static let names: [FilePath] = [
            ".bun/install/cache", ".bundle/cache", ".cabal/packages", ".cache", ".cargo/git",
            ".cargo/registry", ".ccache", ".composer/cache", ".conan/data", ".conan2/p", ".gem",
            ".gradle", ".hex", ".ivy2", ".local/share/pnpm/store", ".m2", ".node-gyp", ".npm",
            ".nuget/packages", ".pnpm-store", ".pub-cache", ".sbt", ".sonar/cache", ".stack",
            ".swiftpm/cache", ".terraform.d/plugin-cache", ".yarn-cache",
            ".yarn/berry/cache", ".yarn/cache", "go/pkg/mod",
        ]

        /// Files below them that hold passwords and tokens, which commands do not see.
        static let credentials: [FilePath] = [
            ".gem/credentials", ".gradle/gradle.properties", ".hex/hex.config",
            ".ivy2/.credentials",
            ".m2/settings-security.xml", ".m2/settings.xml", ".pub-cache/credentials.json",
            ".sbt/.credentials", ".sbt/1.0/credentials.sbt", ".sbt/sonatype_credentials",
        ]

        /// Directories below them whose files the tool runs, also for its user; commands only read them.
        static let programs: [FilePath] = [".gradle/init.d"]

        private let directories: [FilePath]
        /// Where the credentials of these homes are, if they are there.
        let secrets: [FilePath]
        /// Where the directories of programs of these homes are, or would be.
        let programs: [FilePath]

        /// Finds them.
        ///
        /// - Parameters:
        ///   - homes: home directories of this machine's users.
        ///   - named: what `--sandbox-write` names.
        init(homes: [String], named: [FilePath]) {
            let homes = Set(
                homes.filter { $0.hasPrefix("/") }.map { UsualCaches.settled(FilePath($0)) }
            )
            directories =
                homes.flatMap { home in UsualCaches.names.map { home.pushing($0) } }
                + named.map(UsualCaches.settled)
            secrets = homes.flatMap { home in UsualCaches.credentials.map { home.pushing($0) } }
                .filter { UsualCaches.settled($0) == $0 && FileProbe($0)?.isDirectory == false }
            programs = homes.flatMap { home in UsualCaches.programs.map { home.pushing($0) } }
        }

        /// Whether a cached path may open a directory.
        ///
        /// - Parameter directory: its path, links resolved.
        /// - Returns: whether it is one of them or below one.
        func include(_ directory: FilePath) -> Bool {
            directories.contains { directory.starts(with: $0) }
        }

        /// A path with its links resolved as far as there is something.
        static func settled(_ path: FilePath) -> FilePath {
            FilePath(Machine.settled(PathBytes(path.string)).text).lexicallyNormalized()
        }
    }
#endif
