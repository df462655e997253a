internal import BuildspecCache
internal import BuildspecFiles
internal import BuildspecModel
internal import Subprocess
internal import SystemPackage

/// Who runs the commands of which phase; `nil` is the user that runs the build.
///
/// Source: CodeBuild user guide, "Build specification reference": run-as; a phase's beats the one at
/// the top.
struct BuildUsers: Sendable {
    /// The user of phases that name none, and of what the runner itself evaluates.
    private(set) var everywhere: UserAccount?
    private var phases: [PhaseName: UserAccount?] = [:]

    /// What is wrong, once for each key that is.
    private(set) var problems: [SetupError.Problem] = []

    private let place: any BuildPlace
    private var others: [(name: Located<String>, account: UserAccount)] = []

    /// Looks the users of a buildspec up in the place where it runs.
    init(_ buildspec: Buildspec, at place: any BuildPlace) async {
        self.place = place
        if let name = buildspec.runAs { everywhere = await account(name) }
        for phase in PhaseName.allCases {
            if let name = buildspec.phases[phase]?.runAs {
                phases[phase] = .some(await account(name))
            }
        }
    }

    /// The user of a phase.
    subscript(phase: PhaseName) -> UserAccount? {
        phases[phase] ?? everywhere
    }

    private mutating func account(_ name: Located<String>) async -> UserAccount? {
        guard name.value != place.ownUser else { return nil }
        if let obstacle = place.obstacle(toRunningAs: name.value) {
            problems.append(
                SetupError.Problem(
                    "run-as: cannot run as '\(name.value)'\(obstacle)",
                    at: name.range
                )
            )
            return nil
        }
        guard let account = await place.account(named: name.value) else {
            problems.append(
                SetupError.Problem(
                    "run-as: there is no user '\(name.value)' \(place.whereabouts); create it or "
                        + "change the key",
                    at: name.range
                )
            )
            return nil
        }
        others.append((name, account))
        return account
    }
}

extension BuildUsers {
    /// Whether some command runs as somebody else than the build.
    var hasOthers: Bool { !others.isEmpty }

    /// Whose a restored cache is: the user of the whole build, else the only one that phases name;
    /// `nil` is the user that runs the build, who can write to everybody's files if several are named.
    var cacheOwner: TreeOwner? {
        let named = Set(others.map(\.account.userID))
        guard let user = everywhere ?? (named.count == 1 ? others.first?.account : nil) else {
            return nil
        }
        return TreeOwner(user: user.userID, group: user.groupID)
    }

    /// What keeps the users from running commands: sources, private directory or shell that they
    /// cannot reach.
    ///
    /// On CodeBuild the service opens the sources to the user. Here they are somebody's own files, so
    /// nothing is opened; the build does not start, and says how to.
    ///
    /// - Parameters:
    ///   - directory: the build's private directory, which lets others through.
    ///   - sources: the source root, as the user of this machine knows it.
    ///   - shell: the interpreter, inside.
    /// - Returns: one problem for each user that there is something in the way of.
    func obstacles(
        in directory: PrivateDirectory,
        sources: FilePath,
        shell: FilePath
    ) async -> [SetupError.Problem] {
        var problems: [SetupError.Problem] = []
        var seen: Set<String> = []
        for (name, user) in others where seen.insert(name.value).inserted {
            let obstacle: String? =
                switch await probe(user, in: directory, shell: shell) {
                case 0: nil
                case 10:
                    "cannot read the sources in '\(sources)'; let that user read them and enter the "
                        + "directories above, with 'setfacl -R -m u:\(name.value):rX' or 'chmod -R "
                        + "o+rX'"
                case 11:
                    "cannot enter '\(directory.path.removingLastComponent())', where the build keeps "
                        + "its state; set TMPDIR to a directory that everybody can enter"
                case 12: "cannot run the shell '\(shell)'; let that user run it"
                case let status:
                    "cannot run a program (status \(status)); is the account locked?"
                }
            if let obstacle {
                problems.append(
                    SetupError.Problem("run-as: '\(name.value)' \(obstacle)", at: name.range)
                )
            }
        }
        return problems
    }

    /// Tries, as a user, what every command needs.
    ///
    /// - Returns: 0, or the number of the first thing that cannot be done: 10 reading the sources,
    ///   11 entering the private directory, 12 running the shell.
    private func probe(
        _ user: UserAccount,
        in directory: PrivateDirectory,
        shell: FilePath
    ) async -> Int32 {
        let script = """
            cd "$1" 2>/dev/null && test -r . || exit 10
            cd "$2" 2>/dev/null || exit 11
            test -x "$3" || exit 12
            """
        let arguments = [
            "-c", script, "sh", place.root.string, place.inside(directory.path).string,
            shell.string,
        ]
        let launch = place.launch("/bin/sh", arguments, in: directory.path, as: user)
        guard (try? SpareDescriptors.requireForProcess()) != nil else { return 126 }
        let result = try? await Subprocess.run(
            .path(launch.program),
            arguments: Arguments(launch.arguments),
            environment: launch.variables,
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
