internal import SystemPackage

#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Musl)
    internal import Musl
#else
    internal import Darwin
#endif

/// This machine as it is.
struct HostEnvironment: EnvironmentSpec, ExecutionEnvironment {
    /// The source root, inside as outside.
    let root: FilePath
    /// This machine's environment.
    let environment: [String: String]

    var whereabouts: String { "on this machine" }

    var ownUser: String { HostUser.effectiveName() }

    func open(
        _ needs: EnvironmentRequirements,
        in directory: PrivateDirectory
    ) async -> any ExecutionEnvironment { self }

    func inside(_ path: FilePath) -> FilePath { path }

    func outside(_ path: String) -> String { path }

    func programInside(_ program: FilePath) -> FilePath? { program }

    func firstProgram(of paths: [FilePath]) async -> FilePath? {
        paths.first { FileProbe($0)?.isExecutable == true }
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

    /// Why a program of this machine cannot become another user.
    static func obstacle(toRunningAs name: String, insteadOf own: String) -> String? {
        guard geteuid() == 0 else {
            return "; the build runs as '\(own)', and only root can run commands as somebody else: "
                + "start it as root\(name == "root" ? "" : " or as '\(name)'"), or remove the key"
        }
        return UserSwitch.missing.map {
            " without '\($0)'; install it, on Debian and its relatives with the package 'util-linux'"
        }
    }
}
