internal import BuildspecModel
internal import Subprocess
internal import SystemPackage

#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Musl)
    internal import Musl
#else
    internal import Darwin
#endif

/// Who runs the commands of which phase; `nil` is the user that runs the build.
///
/// Source: CodeBuild user guide, "Build specification reference": run-as; a phase's beats the one at
/// the top.
struct BuildUsers: Sendable {
    /// The user of phases that name none, and of what the runner itself evaluates.
    private(set) var everywhere: UserAccount?
    private var phases: [PhaseName: UserAccount?] = [:]

    /// Whether some command runs as somebody else than the build.
    private(set) var hasOthers = false
    /// What is wrong, once for each key that is.
    private(set) var problems: [SetupError.Problem] = []

    private let own = HostUser.effectiveName()
    private var names: [Located<String>] = []

    /// Looks the users of a buildspec up.
    init(_ buildspec: Buildspec) {
        if let name = buildspec.runAs { everywhere = account(name) }
        for phase in PhaseName.allCases {
            if let name = buildspec.phases[phase]?.runAs { phases[phase] = .some(account(name)) }
        }
    }

    /// The user of a phase.
    subscript(phase: PhaseName) -> UserAccount? {
        phases[phase] ?? everywhere
    }

    private mutating func account(_ name: Located<String>) -> UserAccount? {
        guard name.value != own else { return nil }
        guard geteuid() == 0 else {
            problems.append(
                SetupError.Problem(
                    "run-as: cannot run as '\(name.value)'; the build runs as '\(own)', and only "
                        + "root can run commands as somebody else: start it as root or as "
                        + "'\(name.value)', or remove the key",
                    at: name.range
                )
            )
            return nil
        }
        if let program = UserSwitch.missing {
            problems.append(
                SetupError.Problem(
                    "run-as: cannot run as '\(name.value)' without '\(program)'; install it, on "
                        + "Debian and its relatives with the package 'util-linux'",
                    at: name.range
                )
            )
            return nil
        }
        guard let account = UserAccount(named: name.value) else {
            problems.append(
                SetupError.Problem(
                    "run-as: there is no user '\(name.value)' on this machine; create it or change "
                        + "the key",
                    at: name.range
                )
            )
            return nil
        }
        hasOthers = true
        names.append(name)
        return account
    }
}

extension BuildUsers {
    /// What keeps the users from running commands: sources, private directory or shell that they
    /// cannot reach.
    ///
    /// On CodeBuild the service opens the sources to the user. Here they are somebody's own files, so
    /// nothing is opened; the build does not start, and says how to.
    func obstacles(
        sources: FilePath,
        temporary: FilePath,
        shell: FilePath
    ) async -> [SetupError.Problem] {
        var problems: [SetupError.Problem] = []
        var seen: Set<String> = []
        for name in names where seen.insert(name.value).inserted {
            guard let user = UserAccount(named: name.value) else { continue }
            let status = await user.probe(sources: sources, temporary: temporary, shell: shell)
            let obstacle: String? =
                switch status {
                case 0: nil
                case 10:
                    "cannot read the sources in '\(sources)'; let that user read them and enter the "
                        + "directories above, with 'setfacl -R -m u:\(name.value):rX' or 'chmod -R "
                        + "o+rX'"
                case 11:
                    "cannot enter '\(temporary)', where the build keeps its state; set TMPDIR to a "
                        + "directory that everybody can enter"
                case 12: "cannot run the shell '\(shell)'; let that user run it"
                default: "cannot run a program (status \(status)); is the account locked?"
                }
            if let obstacle {
                problems.append(
                    SetupError.Problem("run-as: '\(name.value)' \(obstacle)", at: name.range)
                )
            }
        }
        return problems
    }
}

extension UserAccount {
    /// Tries, as this user, what every command needs.
    ///
    /// - Returns: 0, or the number of the first thing that cannot be done: 10 reading the sources,
    ///   11 entering the temporary directory, 12 running the shell.
    fileprivate func probe(
        sources: FilePath,
        temporary: FilePath,
        shell: FilePath
    ) async -> Int32 {
        let script = """
            cd "$1" 2>/dev/null && test -r . || exit 10
            cd "$2" 2>/dev/null || exit 11
            test -x "$3" || exit 12
            """
        let launch = UserSwitch.applied(
            to: Launch(
                program: "/bin/sh",
                arguments: ["-c", script, "sh", sources.string, temporary.string, shell.string],
                directory: "/",
                user: self
            )
        )
        let result = try? await Subprocess.run(
            .path(launch.program),
            arguments: Arguments(launch.arguments),
            environment: .custom([:]),
            workingDirectory: launch.directory,
            platformOptions: PlatformOptions(runningAs: launch.user),
            input: .none,
            output: .discarded,
            error: .discarded
        )
        guard case .exited(let status) = result?.terminationStatus else { return 126 }
        return status
    }
}
