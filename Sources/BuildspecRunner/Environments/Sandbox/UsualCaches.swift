#if os(Linux)
    internal import BuildspecFiles
    internal import SystemPackage

    /// The directories of this machine that a cached path can open in a sandbox: the download caches of
    /// tools in the homes of the users that run commands, and the directories of `--sandbox-write`.
    ///
    /// A buildspec file alone must not decide where its commands write. So paths are compared with their
    /// links resolved, and homes are this machine's, not what the buildspec file sets `HOME` to.
    struct UsualCaches: Sendable {
        /// The directories of tools in a home, and the parts with downloads; docs/sandbox.md has the same
        /// list.
        ///
        /// The other files of a tool's directory can be scripts and settings that the tool reads later, for
        /// its user, or credentials.
        static let tools: [FilePath: [FilePath]] = [
            ".bun": ["install/cache"], ".bundle": ["cache"], ".cabal": ["packages"],
            ".cache": [""], ".cargo": ["git", "registry"],
            ".ccache": [""], ".composer": ["cache"],
            ".conan": ["data"], ".conan2": ["p"], ".gem": ["ruby", "specs"],
            ".gradle": ["caches", "wrapper"], ".hex": ["packages"], ".ivy2": ["cache"],
            ".local/share/pnpm": ["store"], ".m2": ["repository", "wrapper"], ".node-gyp": [""],
            ".npm": [""], ".nuget": ["packages"], ".pnpm-store": [""],
            ".pub-cache": ["git", "hosted", "hosted-hashes"], ".sbt": ["boot", "launchers"],
            ".sonar": ["cache"], ".stack": ["pantry", "programs", "snapshots"],
            ".swiftpm": ["cache"], ".terraform.d": ["plugin-cache"],
            ".yarn": ["berry/cache", "cache"],
            ".yarn-cache": [""], "go": ["pkg/mod"],
        ]

        /// Files in cache directories that contain passwords and tokens; commands do not see them.
        static let credentials: [FilePath] = [
            ".cache/huggingface/stored_tokens", ".cache/huggingface/token", ".gem/credentials",
            ".gradle/gradle.properties", ".hex/hex.config", ".ivy2/.credentials",
            ".m2/settings-security.xml", ".m2/settings.xml", ".pub-cache/credentials.json",
            ".sbt/.credentials", ".sbt/1.0/credentials.sbt", ".sbt/sonatype_credentials",
        ]

        /// The directories of tools, and those that a cached path can open.
        private let directories: [(tool: FilePath, part: FilePath)]
        /// The files with credentials that exist in the homes.
        let credentialFiles: [FilePath]

        /// Finds the directories of some homes; `named` are those of `--sandbox-write`.
        init(homes: [String], named: [FilePath]) {
            let homes = Set(
                homes.filter { $0.hasPrefix("/") }.map { ClosedDirectory.resolved(FilePath($0)) }
            )
            directories =
                homes.flatMap { home in
                    UsualCaches.tools.flatMap { tool, parts in
                        parts.map { (home.pushing(tool), home.pushing(tool).pushing($0)) }
                    }
                } + named.map { (ClosedDirectory.resolved($0), ClosedDirectory.resolved($0)) }
            credentialFiles =
                homes.flatMap { home in UsualCaches.credentials.map { home.pushing($0) } }
                .filter {
                    ClosedDirectory.resolved($0) == $0 && FileProbe($0)?.isDirectory == false
                }
        }

        /// Returns whether a cached path can open a directory: one of these, or one below, links resolved.
        func contain(_ directory: FilePath) -> Bool {
            directories.contains { directory.starts(with: $0.part) }
        }

        /// Returns the directories in a tool's directory, links resolved, that a cached path opens for it.
        func parts(of directory: FilePath) -> [FilePath] {
            let inside = directories.filter { $0.part.starts(with: directory) }
            guard inside.contains(where: { directory.starts(with: $0.tool) }) else { return [] }
            return inside.map(\.part).sorted { $0.string < $1.string }
        }
    }
#endif
