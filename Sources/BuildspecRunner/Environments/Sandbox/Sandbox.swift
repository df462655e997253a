#if os(Linux)
    internal import BuildspecFiles
    internal import BuildspecModel
    internal import SystemPackage

    #if canImport(Glibc)
        internal import Glibc
    #else
        internal import Musl
    #endif

    /// A sandbox that is not created yet.
    struct Sandbox: EnvironmentSpec {
        let request: BuildRequest
        let options: SandboxOptions

        var root: FilePath { SandboxMounts.root }

        /// This machine's variables, without those that name directories that the sandbox hides.
        var environment: [String: String] {
            let hidden = ["TEMP", "TEMPDIR", "TMP", "TMPDIR", "XDG_RUNTIME_DIR"]
            return request.hostEnvironment.filter { !hidden.contains($0.key) }
        }

        func open(
            _ requirements: EnvironmentRequirements,
            in directory: PrivateDirectory
        ) async throws -> any ExecutionEnvironment {
            let tools = try SandboxTools(path: request.hostEnvironment["PATH"])
            let git = VisibleRepository(of: request.sourceDirectory, seenAt: root)
            let (mounts, caches) = try mounts(requirements, git, directory)
            let namespaces = try await namespaces(tools, mounts)
            var execution = SandboxEnvironment(
                mounts: mounts,
                caches: caches,
                directory: directory.path,
                tools: tools,
                namespaces: namespaces,
                warnings: [git.problem].compactMap { $0 },
                serviceVariables: safeDirectory(requirements.variables)
            )
            var problem = await execution.problem()
            if problem != nil {
                execution.entersDirectory = false
                problem = await execution.problem()
            }
            if let problem {
                await execution.close()
                throw SetupError(sandbox: problem)
            }
            return execution
        }

        private func mounts(
            _ requirements: EnvironmentRequirements,
            _ git: VisibleRepository,
            _ directory: PrivateDirectory
        ) throws -> (SandboxMounts, SandboxCaches) {
            do {
                let privateDirectories = try SandboxDirectories(
                    homes: homes(requirements),
                    in: directory
                )
                let closed = try request.closedDirectories()
                let usualCaches = UsualCaches(
                    homes: ownHomes + otherUsers.map(\.home),
                    named: options.writable
                )
                let emptyFile = try privateDirectories.createEmptyFile()
                let emptyDirectory = try privateDirectories.createEmptyDirectory()
                var mounts = SandboxMounts(
                    emptyFile: emptyFile,
                    closed: Dictionary(
                        closed.map { ($0.path, emptyDirectory) }
                            + usualCaches.credentialFiles.map { ($0, emptyFile) },
                        uniquingKeysWith: { first, _ in first }
                    )
                )
                try privateDirectories.show(in: &mounts)
                let caches = try SandboxCaches(
                    requirements.cachePaths,
                    named: options.writable,
                    usualCaches: usualCaches,
                    hiddenPaths: privateDirectories.paths,
                    closed: closed
                )
                try caches.show(in: &mounts, privateDirectories)
                for (outside, inside) in try readable(mounts) {
                    try privateDirectories.createParents(of: inside)
                    mounts.show(outside, at: inside)
                }
                if let (outside, inside) = git.repository, mounts.pathOutside(inside) != outside {
                    try privateDirectories.createParents(of: inside)
                    mounts.show(outside, at: inside)
                }
                mounts.show(directory.path, at: SandboxMounts.privateDirectory, isWritable: true)
                mounts.show(request.sourceDirectory, at: SandboxMounts.root, isWritable: true)
                for directory in closed where mounts.needsHiding(directory.path) {
                    try directory.create()
                }
                return (mounts, caches)
            } catch let error as Errno {
                throw SetupError(sandbox: "cannot prepare '\(directory.path)': \(error)")
            }
        }

        private func namespaces(
            _ tools: SandboxTools,
            _ mounts: SandboxMounts
        ) async throws -> Namespaces {
            let isRoot = geteuid() == 0
            var kinds: [Namespaces.Kind] = [.mount, .ipc]
            var arguments = try mounts.arguments(isRoot: isRoot) + ["--unshare-ipc"]
            // The user namespace is entered first, because it gives the right to enter the others.
            if !isRoot {
                kinds.insert(.user, at: 0)
                arguments.append("--unshare-user")
            }
            if options.network == .none {
                kinds.append(.network)
                arguments.append("--unshare-net")
            }
            return try await Namespaces(tools.bubblewrap, arguments, kinds)
        }

        /// Returns the variables that make git trust the sources although another user owns them.
        ///
        /// The build runs the files of the sources anyway.
        private func safeDirectory(_ variables: [String: String]) -> [String: String] {
            guard geteuid() == 0, let count = Int(variables["GIT_CONFIG_COUNT"] ?? "0"),
                (0..<1_000).contains(count),
                !otherUsers.isEmpty || (try? FileOwner.of(request.sourceDirectory)) != 0
            else { return [:] }
            return [
                "GIT_CONFIG_COUNT": String(count + 1),
                "GIT_CONFIG_KEY_\(count)": "safe.directory",
                "GIT_CONFIG_VALUE_\(count)": root.string,
            ]
        }

        /// The users that the buildspec file names, if root runs the build; an open sandbox refuses them
        /// otherwise.
        private var otherUsers: [UserAccount] {
            guard geteuid() == 0 else { return [] }
            let names =
                [request.buildspec.runAs].compactMap(\.?.value)
                + PhaseName.allCases.compactMap { request.buildspec.phases[$0]?.runAs?.value }
            return names.compactMap { UserAccount(named: $0) }
        }

        /// The homes of the user that runs the build, as this machine and the request name them.
        private var ownHomes: [String] {
            let given = request.overrides.last { $0.name == "HOME" }?.value
            return [given, request.hostEnvironment["HOME"], HostUser.home()].compactMap { $0 }
        }

        /// Returns the homes that are hidden: those of all users that run commands, and the build's `HOME`.
        ///
        /// A buildspec file that sets `HOME` to another directory does not make the user's home visible.
        private func homes(
            _ requirements: EnvironmentRequirements
        ) -> [(path: String, user: UserAccount?)] {
            ([requirements.variables["HOME"]].compactMap { $0 } + ownHomes).map { ($0, nil) }
                + otherUsers.map { ($0.home, $0) }
        }

        /// Returns the hidden files that commands must read: those of `--sandbox-read`, and the program that
        /// `codebuild-hash-files` runs.
        private func readable(
            _ mounts: SandboxMounts
        ) throws -> [(outside: FilePath, inside: FilePath)] {
            var shown: [(outside: FilePath, inside: FilePath)] = []
            for path in options.readable + [request.helperExecutable].compactMap({ $0 }) {
                guard FileProbe(path) != nil, let real = try? Machine.absolute(path) else {
                    throw SetupError(sandbox: "cannot show '\(path)': it does not exist")
                }
                // A link is shown at its own path and at its target's.
                for inside in Set([path.lexicallyNormalized(), FilePath(real.text)])
                where mounts.hides(inside) {
                    shown.append((FilePath(real.text), inside))
                }
            }
            return shown
        }
    }
#endif
