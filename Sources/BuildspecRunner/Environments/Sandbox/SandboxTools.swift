#if os(Linux)
    internal import SystemPackage

    #if canImport(Glibc)
        internal import Glibc
    #else
        internal import Musl
    #endif

    /// The programs that a sandbox is made of.
    struct SandboxTools: Sendable {
        /// Makes the sandbox.
        let bubblewrap: FilePath
        /// Lets a command enter it.
        let nsenter: FilePath
        /// Gives a command of another user than root its number back.
        let unshare: FilePath
        /// Takes rights from root's commands.
        let setpriv: FilePath

        /// Finds them.
        ///
        /// - Parameter path: the `PATH` of this machine.
        /// - Throws: `SetupError` naming the one that is missing.
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
            let directories = (path ?? BuildEnvironment.standardPath).split(separator: ":")
                .filter { $0.hasPrefix("/") }
            let program = directories.map { FilePath(String($0)).appending(name) }
                .first { FileProbe($0)?.isExecutable == true }
            guard let program else {
                throw SetupError(
                    sandbox: "there is no '\(name)' on the PATH; install it, on Debian and its "
                        + "relatives with 'apt-get install \(package)', or run without '--sandbox'"
                )
            }
            return program
        }
    }

    extension SetupError {
        /// A sandbox that cannot be had.
        init(sandbox reason: String) {
            self.init([Problem("cannot make a sandbox: \(reason)")])
        }

        /// Bubblewrap failed.
        ///
        /// - Parameter words: what it said.
        init(bubblewrap words: String) {
            let said = words.split(separator: "\n").first.map(String.init) ?? "nothing"
            self.init(
                sandbox:
                    "bubblewrap says '\(said)'; \(SetupError.remedy), or run without '--sandbox'"
            )
        }

        /// What this machine's settings suggest.
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
