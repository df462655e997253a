#if os(Linux)
    internal import SystemPackage

    #if canImport(Glibc)
        internal import Glibc
    #else
        internal import Musl
    #endif

    /// The programs that a sandbox needs.
    struct SandboxTools: Sendable {
        /// The program that creates the sandbox.
        let bubblewrap: FilePath
        /// The program by which a command enters the sandbox.
        let nsenter: FilePath
        /// The program that restores the user's number, for users other than root.
        let unshare: FilePath
        /// The program that drops capabilities of root's commands.
        let setpriv: FilePath

        /// Finds the programs on this machine's `PATH`; a `SetupError` names the first missing one.
        init(path: String?) throws {
            bubblewrap = try SandboxTools.find("bwrap", package: "bubblewrap", path)
            nsenter = try SandboxTools.find("nsenter", package: "util-linux", path)
            unshare = try SandboxTools.find("unshare", package: "util-linux", path)
            setpriv = try SandboxTools.find("setpriv", package: "util-linux", path)
        }

        private static func find(
            _ name: String,
            package: String,
            _ path: String?
        ) throws -> FilePath {
            let candidates = SearchPath.candidates(for: name, in: path)
            guard let program = candidates.first(where: { FileProbe($0)?.isExecutable == true })
            else {
                throw SetupError(
                    sandbox: "there is no '\(name)' on the PATH; install it, on Debian and its "
                        + "relatives with 'apt-get install \(package)', or run without '--sandbox'"
                )
            }
            return program
        }
    }

    extension SetupError {
        /// Creates the error for a sandbox that cannot be created.
        init(sandbox reason: String) {
            self.init("cannot create a sandbox: \(reason)")
        }

        /// Creates the error for a failure of bubblewrap, with its output.
        init(bubblewrap text: String) {
            let line = text.split(separator: "\n").first.map(String.init) ?? "nothing"
            self.init(
                sandbox:
                    "bubblewrap says '\(line)'; \(SetupError.remedy), or run without '--sandbox'"
            )
        }

        /// The remedy that this machine's settings suggest.
        private static var remedy: String {
            func setting(_ path: String) -> String? {
                let bytes = try? SmallFile.read(FilePath("/proc/sys/" + path))
                return bytes.map { String(decoding: $0.filter { $0 > 32 }, as: UTF8.self) }
            }
            if geteuid() == 0 {
                return "root needs the right to mount, which a container gives with '--privileged'"
            }
            if setting("user/max_user_namespaces") == "0" {
                return "allow user namespaces with 'sysctl user.max_user_namespaces=15000'"
            }
            if setting("kernel/unprivileged_userns_clone") == "0" {
                return "allow user namespaces with 'sysctl kernel.unprivileged_userns_clone=1'"
            }
            if setting("kernel/apparmor_restrict_unprivileged_userns") == "1" {
                return
                    "let bubblewrap make user namespaces with an AppArmor profile for it, or allow "
                    + "them with 'sysctl kernel.apparmor_restrict_unprivileged_userns=0'"
            }
            return "it needs user namespaces, which a container gives with '--privileged'"
        }
    }
#endif
