#if os(Linux)
    internal import BuildspecFiles
    internal import BuildspecModel
    internal import SystemPackage

    #if canImport(Glibc)
        internal import Glibc
    #else
        internal import Musl
    #endif

    /// A sandbox that is to be made: this machine behind bubblewrap.
    struct Sandbox: EnvironmentSpec {
        let request: BuildRequest
        let options: SandboxOptions

        var root: FilePath { SandboxMounts.root }

        /// This machine's, without directories for temporary files that commands cannot write to.
        var environment: [String: String] {
            let hidden = ["TEMP", "TEMPDIR", "TMP", "TMPDIR", "XDG_RUNTIME_DIR"]
            return request.hostEnvironment.filter { !hidden.contains($0.key) }
        }

        func open(
            _ needs: EnvironmentRequirements,
            in directory: PrivateDirectory
        ) async throws -> any ExecutionEnvironment {
            let tools = try SandboxTools(path: request.hostEnvironment["PATH"])
            let git = VisibleRepository(of: request.sourceDirectory, seenAt: root)
            let (mounts, caches) = try mounts(needs, git, directory)
            let namespaces = try await namespaces(tools, mounts)
            var place = SandboxEnvironment(
                mounts: mounts,
                caches: caches,
                directory: directory.path,
                tools: tools,
                namespaces: namespaces,
                warnings: [git.problem].compactMap { $0 },
                serviceVariables: safeDirectory(needs.variables)
            )
            var problem = await place.problem()
            if problem != nil {
                place.entersDirectory = false
                problem = await place.problem()
            }
            if let problem {
                await place.close()
                throw SetupError(sandbox: problem)
            }
            return place
        }

        private func mounts(
            _ needs: EnvironmentRequirements,
            _ git: VisibleRepository,
            _ directory: PrivateDirectory
        ) throws -> (SandboxMounts, SandboxCaches) {
            do {
                let own = try SandboxDirectories(homes: homes(needs), in: directory)
                var mounts = SandboxMounts(empty: try own.emptyFile())
                try own.show(in: &mounts)
                let caches = try caches(needs, own)
                try caches.show(in: &mounts, with: own)
                for (outside, inside) in try readable(mounts) {
                    try own.makeWay(to: inside)
                    mounts.show(outside, at: inside)
                }
                if let (outside, inside) = git.repository, mounts.outside(inside) != outside {
                    try own.makeWay(to: inside)
                    mounts.show(outside, at: inside)
                }
                mounts.show(directory.path, at: SandboxMounts.state, isWritable: true)
                mounts.show(request.sourceDirectory, at: SandboxMounts.root, isWritable: true)
                return (mounts, caches)
            } catch let error as Errno {
                throw SetupError(sandbox: "'\(directory.path)' cannot be made use of: \(error)")
            }
        }

        private func namespaces(
            _ tools: SandboxTools,
            _ mounts: SandboxMounts
        ) async throws -> Namespaces {
            let isRoot = geteuid() == 0
            var kinds: [Namespaces.Kind] = [.mount, .messages]
            var arguments = try mounts.arguments(isRoot: isRoot) + ["--unshare-ipc"]
            // The first that is entered: it gives the right to enter the others.
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

        /// The variables by which git takes the sources for safe although somebody else owns them than
        /// runs the commands: the build runs what is in them anyway.
        private func safeDirectory(_ variables: [String: String]) -> [String: String] {
            guard geteuid() == 0, let count = Int(variables["GIT_CONFIG_COUNT"] ?? "0"),
                (0..<1_000).contains(count),
                !others.isEmpty || (try? FileOwner.of(request.sourceDirectory)) != 0
            else { return [:] }
            return [
                "GIT_CONFIG_COUNT": String(count + 1),
                "GIT_CONFIG_KEY_\(count)": "safe.directory",
                "GIT_CONFIG_VALUE_\(count)": root.string,
            ]
        }

        /// The users whom the buildspec names; none where only root could run commands as them, which is
        /// refused when the sandbox stands.
        private var others: [UserAccount] {
            guard geteuid() == 0 else { return [] }
            let names =
                [request.buildspec.runAs].compactMap(\.?.value)
                + PhaseName.allCases.compactMap { request.buildspec.phases[$0]?.runAs?.value }
            return names.compactMap { UserAccount(named: $0) }
        }

        /// The homes of the user that runs the build, as this machine and that user know them.
        private var ownHomes: [String] {
            let given = request.overrides.last { $0.name == "HOME" }?.value
            return [given, request.hostEnvironment["HOME"], HostUser.home()].compactMap { $0 }
        }

        /// The homes that are hidden: those of everybody who runs commands, and what is `HOME` to them.
        ///
        /// The buildspec cannot show the user's by calling another directory its home.
        private func homes(_ needs: EnvironmentRequirements) -> [(path: String, user: UserAccount?)]
        {
            ([needs.variables["HOME"]].compactMap { $0 } + ownHomes).map { ($0, nil) }
                + others.map { ($0.home, $0) }
        }

        /// What commands can write to outside of the sources.
        private func caches(
            _ needs: EnvironmentRequirements,
            _ own: SandboxDirectories
        ) throws -> SandboxCaches {
            try SandboxCaches(
                needs.cachePaths,
                named: options.writable,
                allowed: UsualCaches(
                    homes: ownHomes + others.map(\.home),
                    named: options.writable
                ),
                hidden: own.paths
            )
        }

        /// What is to be shown although the sandbox hides it: what was asked for, and the program
        /// behind `codebuild-hash-files`.
        private func readable(
            _ mounts: SandboxMounts
        ) throws -> [(outside: FilePath, inside: FilePath)] {
            var shown: [(outside: FilePath, inside: FilePath)] = []
            for path in options.readable + [request.helperExecutable].compactMap({ $0 }) {
                guard FileProbe(path) != nil, let real = try? Machine.absolute(path) else {
                    throw SetupError(sandbox: "'\(path)' is to be shown and does not exist")
                }
                // A link is shown under its own name and under that of what it leads to.
                for inside in Set([path.lexicallyNormalized(), FilePath(real.text)])
                where mounts.hides(inside) {
                    shown.append((FilePath(real.text), inside))
                }
            }
            return shown
        }
    }
#endif
