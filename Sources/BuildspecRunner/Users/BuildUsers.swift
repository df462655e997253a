internal import BuildspecCache
internal import BuildspecFiles
internal import BuildspecModel
internal import Subprocess
internal import SystemPackage

/// The users that run the commands of each phase; `nil` for the user that runs the build.
///
/// Source: CodeBuild user guide, "Build specification reference": run-as; a phase's beats the one at
/// the top.
struct BuildUsers: Sendable {
    /// The user of phases that name none, and of the runner's own evaluations.
    private(set) var defaultUser: UserAccount?
    private var phases: [PhaseName: UserAccount?] = [:]

    /// The problems, one for each key.
    private(set) var problems: [SetupError.Problem] = []

    private let execution: any ExecutionEnvironment
    private var otherUsers: [(name: Located<String>, account: UserAccount)] = []
    /// The users that an earlier phase may create, by the phases that need them.
    private var pendingUsers: [PhaseName: Located<String>] = [:]

    /// Finds the users of a buildspec file in an execution environment.
    ///
    /// A user that does not exist yet is searched again when a phase needs that user, if the build's user
    /// runs commands in an earlier phase. `selection` are the phases that run; `nil` for all.
    init(
        _ buildspec: Buildspec,
        _ selection: Set<PhaseName>? = nil,
        in execution: any ExecutionEnvironment
    ) async {
        self.execution = execution
        let names = PhaseName.allCases.filter { selection?.contains($0) ?? true }
        let buildUser = execution.defaultUser
        var buildUserRanBefore = false
        var mayBeCreated: [PhaseName: Bool] = [:]
        for phase in names {
            mayBeCreated[phase] = buildUserRanBefore
            let user = buildspec.phases[phase]?.runAs ?? buildspec.runAs
            let runs = !(buildspec.phases[phase] ?? Phase()).isEmpty
            if runs, user == nil || user?.value == buildUser { buildUserRanBefore = true }
        }
        if let name = buildspec.runAs {
            // Only phases without a `run-as` of their own need this user.
            let needing = names.filter { phase in
                buildspec.phases[phase].map { $0.runAs == nil && !$0.isEmpty } ?? false
            }
            let isPending = needing.first.flatMap { mayBeCreated[$0] } ?? false
            defaultUser = await account(name, isPending ? needing : [])
        }
        for phase in PhaseName.allCases {
            if let name = buildspec.phases[phase]?.runAs {
                let isPending = mayBeCreated[phase] ?? false
                phases[phase] = .some(await account(name, isPending ? [phase] : []))
            }
        }
    }

    /// The user of a phase.
    subscript(phase: PhaseName) -> UserAccount? { phases[phase] ?? defaultUser }

    /// Finds a user, and adds a problem if the user does not exist.
    ///
    /// Returns `nil` for the build's user, a problem, or a user that is pending. `pendingPhases` are those
    /// that need the user, if an earlier phase may create the user.
    private mutating func account(
        _ name: Located<String>,
        _ pendingPhases: [PhaseName]
    ) async -> UserAccount? {
        guard name.value != execution.defaultUser else { return nil }
        if let obstacle = execution.obstacle(toRunningAs: name.value) {
            problems.append(
                SetupError.Problem(
                    "run-as: cannot run as '\(name.value)'\(obstacle)",
                    at: name.range
                )
            )
            return nil
        }
        guard let account = await execution.account(named: name.value) else {
            guard pendingPhases.isEmpty else {
                // These phases must not run as another user instead.
                for phase in pendingPhases { pendingUsers[phase] = name }
                return nil
            }
            problems.append(
                SetupError.Problem(
                    "run-as: there is no user '\(name.value)' \(execution.locationText); create it or "
                        + "change the key",
                    at: name.range
                )
            )
            return nil
        }
        otherUsers.append((name, account))
        return account
    }
}

extension BuildUsers {
    /// The files that every user must be able to use.
    struct RequiredPaths: Sendable {
        /// The build's private directory, which other users can enter.
        var directory: PrivateDirectory
        /// The source root, as the user of this machine knows the path.
        var sources: FilePath
        /// The shell, inside.
        var shell: FilePath
    }

    /// Whether a command runs as another user than the build's.
    var hasOtherUsers: Bool { !otherUsers.isEmpty || !pendingUsers.isEmpty }

    /// The notes of a plan about users that a phase must create.
    var notes: [String] {
        Set(pendingUsers.values.map(\.value)).sorted().map { name in
            "run-as: there is no user '\(name)' \(execution.locationText) yet; an earlier phase must "
                + "create it"
        }
    }

    /// Finds the user of a phase who did not exist when the build began.
    ///
    /// Returns why the phase's commands cannot run; `nil` if they can.
    mutating func resolve(_ phase: PhaseName, _ paths: RequiredPaths) async -> String? {
        guard let name = pendingUsers[phase] else { return nil }
        guard let account = await execution.account(named: name.value) else {
            return
                "run-as: there is still no user '\(name.value)' \(execution.locationText); create it in a"
                + " phase before '\(phase.rawValue)', or change the key on line"
                + " \(name.range.start.line)"
        }
        if let problem = await obstacle(for: account, name, paths) { return problem.message }
        pendingUsers[phase] = nil
        otherUsers.append((name, account))
        if phases[phase] == nil { defaultUser = account } else { phases[phase] = .some(account) }
        return nil
    }

    /// The owner of restored files: the user of the whole build, else the only user that phases name;
    /// `nil` for the user that runs the build, who can write the files of all users if several are named.
    var cacheOwner: TreeOwner? {
        let named = Set(otherUsers.map(\.name.value) + pendingUsers.values.map(\.value))
        guard let user = defaultUser ?? (named.count == 1 ? otherUsers.first?.account : nil) else {
            return nil
        }
        return TreeOwner(user: user.userID, group: user.groupID)
    }

    /// Checks that the users can use the sources, the private directory and the shell.
    ///
    /// CodeBuild makes the sources accessible to the user. Here the sources are a user's own files, so
    /// their permissions stay: the build does not start, and the error says what to do.
    func obstacles(_ paths: RequiredPaths) async -> [SetupError.Problem] {
        var problems: [SetupError.Problem] = []
        var seen: Set<String> = []
        for (name, user) in otherUsers where seen.insert(name.value).inserted {
            if let problem = await obstacle(for: user, name, paths) { problems.append(problem) }
        }
        return problems
    }

    private func obstacle(
        for user: UserAccount,
        _ name: Located<String>,
        _ paths: RequiredPaths
    ) async -> SetupError.Problem? {
        let status = await probe(user, paths)
        guard status != 0 else { return nil }
        let obstacle =
            switch status {
            case 10:
                "cannot read the sources in '\(paths.sources)'; let that user read them and enter the "
                    + "directories above, with 'setfacl -R -m u:\(name.value):rX' or 'chmod -R o+rX'"
            case 11:
                "cannot enter '\(paths.directory.path.removingLastComponent())', where the build keeps "
                    + "its state; set TMPDIR to a directory that all users can enter"
            case 12: "cannot run the shell '\(paths.shell)'; let that user run it"
            default: "cannot run a program (status \(status)); is the account locked?"
            }
        return SetupError.Problem("run-as: '\(name.value)' \(obstacle)", at: name.range)
    }

    /// Checks, as a user, the accesses that every command needs, and returns 0 or the first that fails: 10
    /// for the sources, 11 for the private directory, 12 for the shell.
    private func probe(_ user: UserAccount, _ paths: RequiredPaths) async -> Int32 {
        let directory = paths.directory.path
        let script = """
            cd "$1" 2>/dev/null && test -r . || exit 10
            cd "$2" 2>/dev/null || exit 11
            test -x "$3" || exit 12
            """
        let arguments = [
            "-c", script, "sh", execution.root.string, execution.pathInside(directory).string,
            paths.shell.string,
        ]
        let spec = execution.processSpec("/bin/sh", arguments, in: directory, as: user)
        guard (try? SpareDescriptors.requireForProcess()) != nil else { return 126 }
        if spec.isConfined {
            return (try? await ConfinedProcess.capture(spec))?.status ?? 126
        }
        let result = try? await Subprocess.run(
            .path(spec.program),
            arguments: Arguments(spec.arguments),
            environment: spec.variables,
            workingDirectory: spec.directory,
            platformOptions: PlatformOptions(runningAs: spec.user),
            input: .none,
            output: .discarded,
            error: .discarded
        )
        guard case .exited(let status) = result?.terminationStatus else { return 126 }
        return status
    }
}

extension Phase {
    /// Whether the phase has no commands.
    fileprivate var isEmpty: Bool { commands.isEmpty && finally.isEmpty }
}
