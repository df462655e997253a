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

    private let place: any ExecutionEnvironment
    private var others: [(name: Located<String>, account: UserAccount)] = []
    /// The users that a phase before theirs may make, by the phases that need them.
    private var late: [PhaseName: Located<String>] = [:]

    /// Looks the users of a buildspec up in the place where it runs.
    ///
    /// A user who is not there yet is looked up again when a phase needs it, if the build's own user
    /// runs commands in a phase before.
    ///
    /// - Parameters:
    ///   - buildspec: what says who they are.
    ///   - selection: the phases that run; `nil` is all.
    ///   - place: where the build runs.
    init(
        _ buildspec: Buildspec,
        _ selection: Set<PhaseName>? = nil,
        at place: any ExecutionEnvironment
    ) async {
        self.place = place
        let names = PhaseName.allCases.filter { selection?.contains($0) ?? true }
        let own = place.ownUser
        var isOwnBefore = false
        var mayBeMade: [PhaseName: Bool] = [:]
        for phase in names {
            mayBeMade[phase] = isOwnBefore
            let user = buildspec.phases[phase]?.runAs ?? buildspec.runAs
            let runs = !(buildspec.phases[phase] ?? Phase()).isEmpty
            if runs, user == nil || user?.value == own { isOwnBefore = true }
        }
        if let name = buildspec.runAs {
            // Only phases without a user of their own need it.
            let needing = names.filter { phase in
                buildspec.phases[phase].map { $0.runAs == nil && !$0.isEmpty } ?? false
            }
            let isLate = needing.first.flatMap { mayBeMade[$0] } ?? false
            everywhere = await account(name, isLate ? needing : [])
        }
        for phase in PhaseName.allCases {
            if let name = buildspec.phases[phase]?.runAs {
                let isLate = mayBeMade[phase] ?? false
                phases[phase] = .some(await account(name, isLate ? [phase] : []))
            }
        }
    }

    /// The user of a phase.
    subscript(phase: PhaseName) -> UserAccount? {
        phases[phase] ?? everywhere
    }

    private mutating func account(
        _ name: Located<String>,
        _ latePhases: [PhaseName]
    ) async -> UserAccount? {
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
            guard latePhases.isEmpty else {
                // None of them may run as somebody else instead.
                for phase in latePhases { late[phase] = name }
                return nil
            }
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
    private init(
        _ place: any ExecutionEnvironment,
        others: [(name: Located<String>, account: UserAccount)]
    ) {
        self.place = place
        self.others = others
    }

    /// What every user must reach.
    struct Reach: Sendable {
        /// The build's private directory, which lets others through.
        var directory: PrivateDirectory
        /// The source root, as the user of this machine knows it.
        var sources: FilePath
        /// The interpreter, inside.
        var shell: FilePath
    }

    /// Whether some command runs as somebody else than the build.
    var hasOthers: Bool { !others.isEmpty || !late.isEmpty }

    /// Says, for a plan, which users a phase has yet to make.
    var notes: [String] {
        Set(late.values.map(\.value)).sorted().map { name in
            "run-as: there is no user '\(name)' \(place.whereabouts) yet; a phase before must make it"
        }
    }

    /// Looks the user of a phase up who was not there when the build began.
    ///
    /// - Parameters:
    ///   - phase: the phase that begins.
    ///   - reach: what that user must reach.
    /// - Returns: why the phase's commands cannot run; `nil` when they can.
    mutating func settle(_ phase: PhaseName, _ reach: Reach) async -> String? {
        guard let name = late[phase] else { return nil }
        guard let account = await place.account(named: name.value) else {
            return
                "run-as: there is still no user '\(name.value)' \(place.whereabouts); create it in a"
                + " phase before '\(phase.rawValue)', or change the key on line"
                + " \(name.range.start.line)"
        }
        let found = BuildUsers(place, others: [(name, account)])
        if let obstacle = await found.obstacles(reach).first { return obstacle.message }
        late[phase] = nil
        others.append((name, account))
        if phases[phase] == nil { everywhere = account } else { phases[phase] = .some(account) }
        return nil
    }

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
    /// - Parameter reach: what they must reach.
    /// - Returns: one problem for each user that there is something in the way of.
    func obstacles(_ reach: Reach) async -> [SetupError.Problem] {
        let (directory, sources, shell) = (reach.directory, reach.sources, reach.shell)
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
        if launch.isConfined {
            return (try? await ConfinedProcess.capture(launch))?.status ?? 126
        }
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

extension Phase {
    /// Whether it has nothing to run.
    fileprivate var isEmpty: Bool { commands.isEmpty && finally.isEmpty }
}
