#if os(Linux)
    internal import BuildspecFiles
    internal import SystemPackage

    #if canImport(Glibc)
        internal import Glibc
    #else
        internal import Musl
    #endif

    /// This machine behind bubblewrap: read-only, with directories of its own for temporary files and
    /// as homes, and the sources at a fixed path.
    ///
    /// Commands are started as on the machine itself and enter the sandbox on their way. They stay in
    /// this machine's process table, so signals and the search for daemons work as ever.
    struct SandboxEnvironment: ExecutionEnvironment {
        let mounts: SandboxMounts
        let caches: SandboxCaches
        let directory: FilePath
        let tools: SandboxTools
        let namespaces: Namespaces
        let warnings: [String]
        let serviceVariables: [String: String]
        /// Whether `nsenter` goes to a directory itself, as it does from util-linux 2.38 on; if not,
        /// one more program does.
        var entersDirectory = true

        var root: FilePath { SandboxMounts.root }

        var whereabouts: String { "on this machine" }

        var ownUser: String { HostUser.effectiveName() }

        var sight: VisiblePaths? { mounts.sight }

        func inside(_ path: FilePath) -> FilePath {
            var rest = path
            return rest.removePrefix(directory)
                ? SandboxMounts.state.appending(rest.components) : path
        }

        var notes: [String] { caches.notes }

        func cached(_ path: String) throws(UnreachablePath) -> String {
            try caches.check(path)
            return try outside(path)
        }

        func outside(_ path: String) throws(UnreachablePath) -> String {
            let whole = root.pushing(FilePath(path)).lexicallyNormalized()
            // A path in the sources stays as it was written; it is the same for the cache's key.
            if !path.hasPrefix("/"), whole.starts(with: root) { return path }
            guard let outside = mounts.outside(whole) else {
                throw UnreachablePath(description: "only the sandbox has '\(whole)'")
            }
            return outside.string
        }

        func programInside(_ program: FilePath) -> FilePath? { program }

        func firstProgram(of paths: [FilePath]) async -> FilePath? {
            paths.first { path in
                mounts.outside(path).flatMap { FileProbe($0) }?.isExecutable == true
            }
        }

        func obstacle(toRunningAs name: String) -> String? {
            HostEnvironment.obstacle(toRunningAs: name, insteadOf: ownUser)
        }

        func account(named name: String) async -> UserAccount? { UserAccount(named: name) }

        func launch(
            _ program: FilePath,
            _ arguments: [String],
            in directory: FilePath,
            as user: UserAccount?
        ) -> ProcessSpec {
            var words = namespaces.arguments
            let directory = inside(directory).string
            if namespaces.isOwnedByRoot {
                words += [
                    "--", tools.unshare.string, "--user", "--map-user=\(geteuid())",
                    "--map-group=\(getegid())", "--wd=\(directory)", "--",
                ]
            } else {
                words +=
                    entersDirectory
                    ? ["--wdns=\(directory)", "--"] : ["--", "/usr/bin/env", "-C", directory]
            }
            if geteuid() == 0 {
                words += [tools.setpriv.string] + RootRights.arguments
                words += user.map(UserSwitch.arguments) ?? []
                words.append("--")
            }
            words.append(program.string)
            return ProcessSpec(
                program: tools.nsenter,
                arguments: words + arguments,
                directory: "/",
                user: nil,
                isConfined: true
            )
        }

        /// Why commands cannot enter, found out by one that does nothing.
        func problem() async -> String? {
            let launch = launch("/bin/sh", ["-c", ":"], in: directory, as: nil)
            do {
                try SpareDescriptors.requireForProcess()
                let result = try await ConfinedProcess.capture(launch)
                if result.status == 0 { return nil }
                let text = String(decoding: result.output, as: UTF8.self)
                let said = text.split(separator: "\n").first ?? "nothing"
                return "commands cannot enter it; nsenter says '\(said)'; run without '--sandbox'"
            } catch let problem as ConfinedProcess.Problem {
                return problem.description
            } catch {
                return "commands cannot enter it: \(error)"
            }
        }

        func close() async {
            namespaces.close()
        }
    }

    /// What is left of root's rights in a sandbox: those that builds use, as in a container, and none
    /// by which a process gets out of it.
    enum RootRights {
        private static let kept = [
            "audit_write", "chown", "dac_override", "fowner", "fsetid", "kill", "net_bind_service",
            "net_raw", "setfcap", "setgid", "setpcap", "setuid", "sys_chroot",
        ]

        /// The arguments for `setpriv`.
        static let arguments = [
            "--inh-caps=-all",
            "--bounding-set=-all," + kept.map { "+\($0)" }.joined(separator: ","),
        ]
    }
#endif
