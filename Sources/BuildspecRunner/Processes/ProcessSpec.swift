internal import Subprocess
internal import SystemPackage

/// A process of this machine that runs a program in a build's execution environment.
struct ProcessSpec: Sendable, Equatable {
    /// The program to start.
    var program: FilePath
    /// The program's arguments, without its name.
    var arguments: [String]
    /// The directory in which the process starts.
    var directory: FilePath
    /// The user that the process runs as; `nil` for the user that runs the build.
    var user: UserAccount?
    /// The process's environment variables.
    var environment: [String: String] = [:]
    /// Whether the process has no access to the user's kernel keyrings and to the input of terminals.
    ///
    /// `ConfinedProcess` starts such a process, on Linux only.
    var isConfined = false
}

extension ProcessSpec {
    /// The environment variables as the process library takes them.
    var variables: Environment {
        .custom(
            Dictionary(
                uniqueKeysWithValues: environment.map {
                    (Environment.Key(stringLiteral: $0.key), $0.value)
                }
            )
        )
    }
}
