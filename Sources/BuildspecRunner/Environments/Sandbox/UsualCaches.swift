#if os(Linux)
    internal import BuildspecFiles
    internal import SystemPackage

    /// The directories of this machine that a cached path can open in a sandbox: the download caches of
    /// tools in the homes of the users that run commands, and the directories of `--sandbox-write`.
    ///
    /// A buildspec file alone must not decide where its commands write. So paths are compared with their
    /// links resolved, and homes are this machine's, not what the buildspec file sets `HOME` to.
    struct UsualCaches: Sendable {
        /// The cache directories of a home; docs/sandbox.md has the same list.
        static let names: [FilePath] = [
            ".bun/install/cache", ".bundle/cache", ".cabal/packages", ".cache", ".cargo/git",
            ".cargo/registry", ".ccache", ".composer/cache", ".conan/data", ".conan2/p", ".gem",
            ".gradle", ".hex", ".ivy2", ".local/share/pnpm/store", ".m2", ".node-gyp", ".npm",
            ".nuget/packages", ".pnpm-store", ".pub-cache", ".sbt", ".sonar/cache", ".stack",
            ".swiftpm/cache", ".terraform.d/plugin-cache", ".yarn-cache",
            ".yarn/berry/cache", ".yarn/cache", "go/pkg/mod",
        ]

        /// Files in cache directories that contain passwords and tokens; commands do not see them.
        static let credentials: [FilePath] = [
            ".gem/credentials", ".gradle/gradle.properties", ".hex/hex.config",
            ".ivy2/.credentials",
            ".m2/settings-security.xml", ".m2/settings.xml", ".pub-cache/credentials.json",
            ".sbt/.credentials", ".sbt/1.0/credentials.sbt", ".sbt/sonatype_credentials",
        ]

        /// Directories in cache directories whose files the tool runs, also for its user; commands only read
        /// them.
        static let startupScripts: [FilePath] = [".gradle/init.d"]

        private let directories: [FilePath]
        /// The files with credentials that exist in the homes.
        let credentialFiles: [FilePath]
        /// The directories of startup scripts in the homes, existing or not.
        let scriptDirectories: [FilePath]

        /// Finds the directories of some homes.
        ///
        /// - Parameters:
        ///   - homes: Home directories of this machine's users.
        ///   - named: The directories of `--sandbox-write`.
        init(homes: [String], named: [FilePath]) {
            let homes = Set(
                homes.filter { $0.hasPrefix("/") }.map { UsualCaches.resolved(FilePath($0)) }
            )
            directories =
                homes.flatMap { home in UsualCaches.names.map { home.pushing($0) } }
                + named.map(UsualCaches.resolved)
            credentialFiles =
                homes.flatMap { home in UsualCaches.credentials.map { home.pushing($0) } }
                .filter { UsualCaches.resolved($0) == $0 && FileProbe($0)?.isDirectory == false }
            scriptDirectories = homes.flatMap { home in
                UsualCaches.startupScripts.map { home.pushing($0) }
            }
        }

        /// Returns whether a cached path can open a directory: one of these, or one below.
        ///
        /// - Parameter directory: The directory's path, links resolved.
        /// - Returns: `false` for any other directory.
        func contain(_ directory: FilePath) -> Bool {
            directories.contains { directory.starts(with: $0) }
        }

        /// Returns a path with the links of its existing part resolved.
        static func resolved(_ path: FilePath) -> FilePath {
            FilePath(Machine.resolved(PathBytes(path.string)).text).lexicallyNormalized()
        }
    }
#endif
