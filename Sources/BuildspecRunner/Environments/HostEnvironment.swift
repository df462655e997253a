internal import SystemPackage

/// This machine, without isolation.
struct HostEnvironment: EnvironmentSpec, ExecutionEnvironment {
    /// The source root, the same inside and outside.
    let root: FilePath
    let environment: [String: String]

    func open(
        _ requirements: EnvironmentRequirements,
        in directory: PrivateDirectory
    ) async -> any ExecutionEnvironment { self }

    func pathInside(_ path: FilePath) -> FilePath { path }

    func pathOutside(_ path: String) -> String { path }

    func firstProgram(of paths: [FilePath]) async -> FilePath? {
        paths.first { FileProbe($0)?.isExecutable == true }
    }

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
}
