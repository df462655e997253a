internal import SystemPackage

#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Musl)
    internal import Musl
#else
    internal import Darwin
#endif

/// This machine, without isolation.
struct HostEnvironment: EnvironmentSpec, ExecutionEnvironment {
    /// The source root, the same inside and outside.
    let root: FilePath
    /// This machine's environment variables.
    let environment: [String: String]

    var locationText: String { "on this machine" }

    var defaultUser: String { HostUser.effectiveName() }

    func open(
        _ requirements: EnvironmentRequirements,
        in directory: PrivateDirectory
    ) async -> any ExecutionEnvironment { self }

    func pathInside(_ path: FilePath) -> FilePath { path }

    func pathOutside(_ path: String) -> String { path }

    func programInside(_ program: FilePath) -> FilePath? { program }

    func firstProgram(of paths: [FilePath]) async -> FilePath? {
        paths.first { FileProbe($0)?.isExecutable == true }
    }

    func obstacle(toRunningAs name: String) -> String? {
        HostEnvironment.obstacle(toRunningAs: name, insteadOf: defaultUser)
    }

    func account(named name: String) async -> UserAccount? { UserAccount(named: name) }

    func processSpec(
        _ program: FilePath,
        _ arguments: [String],
        in directory: FilePath,
        as user: UserAccount?
    ) -> ProcessSpec {
        UserSwitch.applied(
            to: ProcessSpec(
                program: program,
                arguments: arguments,
                directory: directory,
                user: user
            )
        )
    }

    func close() async {}

    /// Returns why a program of this machine cannot run as another user; see `ExecutionEnvironment`.
    static func obstacle(toRunningAs name: String, insteadOf current: String) -> String? {
        guard geteuid() == 0 else {
            return "; the build runs as '\(current)', and only root can run commands as another "
                + "user: start it as root\(name == "root" ? "" : " or as '\(name)'"), or remove the key"
        }
        return UserSwitch.missing.map {
            " without '\($0)'; install it, on Debian and its relatives with the package 'util-linux'"
        }
    }
}
