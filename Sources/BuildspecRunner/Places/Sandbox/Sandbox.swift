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
    struct Sandbox: ClosedPlace {
        let request: BuildRequest
        let options: SandboxOptions

        var root: FilePath { SandboxMounts.root }

        /// This machine's, without directories for temporary files that commands cannot write to.
        var environment: [String: String] {
            let hidden = ["TEMP", "TEMPDIR", "TMP", "TMPDIR", "XDG_RUNTIME_DIR"]
            return request.hostEnvironment.filter { !hidden.contains($0.key) }
        }

        func open(
            _ needs: PlaceNeeds,
            in directory: PrivateDirectory
        ) async throws -> any BuildPlace {
            let tools = try SandboxTools(path: request.hostEnvironment["PATH"])
            let (mounts, caches) = try mounts(needs, directory)
            var place = SandboxPlace(
                mounts: mounts,
                caches: caches,
                directory: directory.path,
                tools: tools,
                namespaces: try await namespaces(tools, mounts)
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
            _ needs: PlaceNeeds,
            _ directory: PrivateDirectory
        ) throws -> (SandboxMounts, SandboxCaches) {
            do {
                let own = try SandboxDirectories(homes: homes(needs), in: directory)
                var mounts = SandboxMounts()
                try own.show(in: &mounts)
                for (outside, inside) in try readable(mounts) {
                    try own.makeWay(to: inside)
                    mounts.show(outside, at: inside)
                }
                let caches = SandboxCaches(needs.cachePaths, hidden: own.paths)
                for (inside, outside) in caches.directories {
                    // A link in a hidden directory is not there to be followed.
                    for place in Set([outside] + (mounts.hides(inside) ? [inside] : [])) {
                        try own.makeWay(to: place)
                        mounts.show(outside, at: place, isWritable: true)
                    }
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
            var kinds: [Namespaces.Kind] = [.mount]
            var arguments = try mounts.arguments(isRoot: isRoot)
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

        /// The homes of everybody who runs commands.
        private func homes(_ needs: PlaceNeeds) -> [(path: String, user: UserAccount?)] {
            let names =
                [request.buildspec.runAs].compactMap(\.?.value)
                + PhaseName.allCases.compactMap { request.buildspec.phases[$0]?.runAs?.value }
            let others = names.compactMap { UserAccount(named: $0) }
            return [(needs.variables["HOME"] ?? "", nil)] + others.map { ($0.home, $0) }
        }

        /// What is to be shown although the sandbox hides it: what was asked for, and the program
        /// behind `codebuild-hash-files`.
        private func readable(
            _ mounts: SandboxMounts
        ) throws -> [(outside: FilePath, inside: FilePath)] {
            var shown: [(outside: FilePath, inside: FilePath)] = []
            for path in options.readable + [request.helperExecutable].compactMap({ $0 }) {
                guard PathProbe(path) != nil, let real = try? Machine.absolute(path) else {
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
