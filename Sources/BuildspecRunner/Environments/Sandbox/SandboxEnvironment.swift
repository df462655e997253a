#if os(Linux)
    internal import BuildspecFiles
    internal import SystemPackage

    #if canImport(Glibc)
        internal import Glibc
    #else
        internal import Musl
    #endif

    /// A sandbox of this machine: a read-only file system, with private directories for temporary files
    /// and homes, and the sources at a fixed path.
    ///
    /// Commands are started as on the host and then enter the sandbox. They stay in this machine's process
    /// table, so signals and the search for daemons work as on the host.
    struct SandboxEnvironment: ExecutionEnvironment {
        let mounts: SandboxMounts
        let caches: SandboxCaches
        let directory: FilePath
        let tools: SandboxTools
        let namespaces: Namespaces
        let warnings: [String]
        let serviceVariables: [String: String]
        /// Whether `nsenter` can change the directory, as from util-linux 2.38 on; if not, `env` does.
        var entersDirectory = true

        var root: FilePath { SandboxMounts.root }

        var visiblePaths: VisiblePaths? { mounts.visiblePaths }

        func pathInside(_ path: FilePath) -> FilePath {
            var rest = path
            return rest.removePrefix(directory)
                ? SandboxMounts.privateDirectory.appending(rest.components) : path
        }

        var notes: [String] { caches.notes }

        func cachePaths(for path: String) throws(UnreachablePath) -> [String] {
            try caches.patterns(of: path).map { pattern throws(UnreachablePath) in
                try pathOutside(pattern)
            }
        }

        func pathOutside(_ path: String) throws(UnreachablePath) -> String {
            let whole = root.pushing(FilePath(path)).lexicallyNormalized()
            // The cache's key contains the path of a source file as it was written.
            if !path.hasPrefix("/"), whole.starts(with: root) { return path }
            guard let outside = mounts.pathOutside(whole) else {
                throw UnreachablePath(description: "'\(whole)' exists only in the sandbox")
            }
            return outside.string
        }

        func firstProgram(of paths: [FilePath]) async -> FilePath? {
            paths.first { path in
                mounts.pathOutside(path).flatMap { FileProbe($0) }?.isExecutable == true
            }
        }

        func processSpec(
            _ program: FilePath,
            _ arguments: [String],
            in directory: FilePath,
            as user: UserAccount?
        ) -> ProcessSpec {
            var prefix = namespaces.arguments
            let directory = pathInside(directory).string
            if namespaces.isOwnedByRoot {
                prefix += [
                    "--", tools.unshare.string, "--user", "--map-user=\(geteuid())",
                    "--map-group=\(getegid())", "--wd=\(directory)", "--",
                ]
            } else {
                prefix +=
                    entersDirectory
                    ? ["--wdns=\(directory)", "--"] : ["--", "/usr/bin/env", "-C", directory]
            }
            if geteuid() == 0 {
                prefix += [tools.setpriv.string] + RootCapabilities.arguments
                prefix += user.map(UserSwitch.arguments) ?? []
                prefix.append("--")
            }
            prefix.append(program.string)
            return ProcessSpec(
                program: tools.nsenter,
                arguments: prefix + arguments,
                directory: "/",
                user: nil,
                isConfined: true
            )
        }

        /// Runs a command that does nothing, and returns why it could not enter the sandbox.
        func problem() async -> String? {
            let spec = processSpec("/bin/sh", ["-c", ":"], in: directory, as: nil)
            do {
                try SpareDescriptors.requireForProcess()
                let result = try await ConfinedProcess.capture(spec)
                if result.status == 0 { return nil }
                let text = String(decoding: result.output, as: UTF8.self)
                let line = text.split(separator: "\n").first ?? "nothing"
                return "commands cannot enter it; nsenter says '\(line)'; run without '--sandbox'"
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

    /// The capabilities that root keeps in a sandbox: those that builds use, as in a container, and none by
    /// which a process can leave the sandbox.
    enum RootCapabilities {
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
