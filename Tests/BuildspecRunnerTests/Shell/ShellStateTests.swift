import BuildspecModel
import BuildspecRunner
import SystemPackage
import TestSupport
import Testing

/// Shell state from command to command.
///
/// CodeBuild user guide, "Shells and commands in build environments" and "Build specification
/// versions". Behaviour that the guide does not have was observed in published logs and dumps.
@Suite(.timed, .timeLimit(.minutes(1)))
struct ShellStateTests {
    private func lines(_ shell: String, _ commands: [String]) async throws -> [String] {
        try await TestBuild(build: commands, shell: shell).lines()
    }

    private func statuses(_ shell: String, _ commands: [String]) async throws -> [Int32] {
        let build = try TestBuild(
            Buildspec(
                version: .v02,
                env: EnvSection(shell: Located(text: shell)),
                phases: [
                    .build: Phase(commands: located(commands))
                ]
            )
        )
        _ = try await build.run()
        return build.sink.statuses
    }

    @Test(arguments: Shells.all)
    func `the directory is carried to the next command and to the next phase`(
        shell: String
    ) async throws {
        let build = try TestBuild(
            install: ["mkdir -p app/sub", "cd app"],
            build: ["pwd", "cd sub", "pwd"],
            shell: shell
        )
        let root = build.scratch.path
        #expect(try await build.lines() == ["\(root)/app", "\(root)/app/sub"])
    }

    /// The names are arguments of `printf`; the last two are not UTF-8 and end with a line break.
    @Test(arguments: Shells.all, ["it\\47s \\44HOME ü", "two\\nlines", "\\377", "end\\n"])
    func `a directory with any name is carried to the next command`(
        shell: String,
        name: String
    ) async throws {
        let commands = [
            "D=$(printf '\(name).'); mkdir \"${D%.}\"; cd \"${D%.}\"; touch here; unset D", "ls",
        ]
        #expect(try await lines(shell, commands) == ["here"])
    }

    @Test(arguments: Shells.all)
    func `an assignment is carried to the next command and exported`(shell: String) async throws {
        let lines = try await lines(shell, ["FOO=bar", "echo $FOO", "env | grep ^FOO="])
        #expect(lines == ["bar", "FOO=bar"])
    }

    @Test(arguments: Shells.all)
    func `exported variables are carried with their quotes and line breaks`(
        shell: String
    ) async throws {
        let lines = try await lines(
            shell,
            [
                "export A=\"it's \\\"here\\\" \\$HOME\"", "B='one\ntwo'", "echo \"$A\"",
                "echo \"$B\"",
            ]
        )
        #expect(lines == ["it's \"here\" $HOME", "one", "two"])
    }

    @Test(arguments: Shells.all)
    func `an unset variable stays unset in later commands, also one of the host`(
        shell: String
    ) async throws {
        let lines = try await lines(
            shell,
            [
                "A=1", "unset A USER", "echo \"${A-gone} ${USER-gone}\"",
                "env | grep -c ^USER= || true",
            ]
        )
        #expect(lines == ["gone gone", "0"])
    }

    @Test(arguments: Shells.all)
    func `a changed PATH is carried to the next command`(shell: String) async throws {
        let lines = try await lines(
            shell,
            [
                "mkdir tools; printf '#!/bin/sh\\necho mine\\n' > tools/mine; chmod +x tools/mine",
                "PATH=$PWD/tools:$PATH", "mine",
            ]
        )
        #expect(lines == ["mine"])
    }

    @Test(arguments: Shells.all)
    func `'cd -' returns to the directory of an earlier command`(shell: String) async throws {
        let build = try TestBuild(
            build: ["mkdir a", "cd a", "cd - > /dev/null", "pwd"],
            shell: shell
        )
        #expect(try await build.lines() == ["\(build.scratch.path)"])
    }

    @Test(arguments: Shells.all)
    func `functions are not carried to the next command`(shell: String) async throws {
        #expect(try await statuses(shell, ["f() { echo hi; }", "f"]) == [0, 127])
    }

    @Test(arguments: Shells.all)
    func `'set -e' has no effect on later commands`(shell: String) async throws {
        #expect(try await lines(shell, ["set -e", "false; echo on"]) == ["on"])
    }

    @Test func `pipefail has no effect on later commands`() async throws {
        #expect(try await statuses("bash", ["set -o pipefail", "false | true"]) == [0, 0])
    }

    @Test(arguments: Shells.all)
    func `a trap runs at the end of its command`(shell: String) async throws {
        #expect(try await lines(shell, ["trap 'echo bye' EXIT", "echo next"]) == ["bye", "next"])
    }

    @Test(arguments: Shells.all)
    func `a umask is not carried to the next command`(shell: String) async throws {
        let lines = try await lines(shell, ["umask 077; umask", "umask"])
        #expect(lines.first == "0077")
        #expect(lines.last != "0077")
    }

    /// Observed: bash writes `declare -rx` into the saved environment, and dash and bash as `sh`
    /// write a plain `export`.
    @Test func `bash carries the readonly attribute of a variable, and dash does not`() async throws
    {
        let commands = ["readonly R=1", "R=2", "echo $R"]
        #expect(try await lines("dash", commands) == ["2"])
        #expect(try await statuses("bash", commands) == [0, 1])
    }

    @Test func `arrays and aliases are not carried to the next command`() async throws {
        let commands = ["A=(1 2)", "echo ${A[1]-none}", "alias hi='echo hi'", "hi || echo none"]
        #expect(try await lines("bash", commands).filter { $0 == "none" } == ["none", "none"])
    }

    @Test(arguments: Shells.all)
    func `'exit 0' ends only its command and loses that command's state`(shell: String) async throws
    {
        let lines = try await lines(
            shell,
            ["A=old", "A=new; mkdir d; cd d; exit 0", "echo $A ${PWD##*/}"]
        )
        #expect(lines.first?.hasPrefix("old ") == true)
        #expect(lines.first?.hasSuffix(" d") == false)
    }

    @Test(arguments: Shells.all)
    func `a command that 'set -e' ends fails and loses its state`(shell: String) async throws {
        let build = try TestBuild(
            Buildspec(
                version: .v02,
                env: EnvSection(shell: Located(text: shell)),
                phases: [
                    .build: Phase(
                        commands: located(["A=old", "set -e; A=new; false; B=1"]),
                        finally: located(["echo $A"])
                    )
                ]
            )
        )
        #expect(try await build.lines() == ["old"])
        #expect(build.sink.statuses == [0, 1, 0])
    }

    @Test(arguments: Shells.all)
    func `a command whose last statement fails still saves its state`(shell: String) async throws {
        let build = try TestBuild(
            Buildspec(
                version: .v02,
                env: EnvSection(shell: Located(text: shell)),
                phases: [
                    .build: Phase(
                        commands: located(["A=new; (exit 9)"]),
                        finally: located(["echo $A $CODEBUILD_LAST_EXIT"])
                    )
                ]
            )
        )
        #expect(try await build.lines() == ["new 9"])
        #expect(build.sink.statuses == [9, 0])
    }

    @Test(arguments: Shells.all)
    func `a command with a syntax error has status 2 and names the script`(
        shell: String
    ) async throws {
        let build = try TestBuild(build: ["echo \"a"], shell: shell)
        _ = try await build.run()
        #expect(build.sink.statuses == [2])
        #expect(build.sink.output.contains("script.sh: "))
    }

    @Test func `dash names a missing command as CodeBuild's log does`() async throws {
        let build = try TestBuild(build: ["no-such-command"], shell: "dash")
        let lines = try await build.lines()
        #expect(lines.first?.hasSuffix("script.sh: 4: no-such-command: not found") == true)
        #expect(build.sink.statuses == [127])
    }

    @Test func `bash names a missing command as CodeBuild's log does`() async throws {
        let build = try TestBuild(build: ["no-such-command"], shell: "bash")
        let lines = try await build.lines()
        #expect(
            lines.first?.hasSuffix("script.sh: line 4: no-such-command: command not found") == true
        )
    }

    @Test func `dash does not know double brackets and 'source'`() async throws {
        #expect(try await statuses("dash", ["[[ a == a ]]"]) == [127])
        #expect(try await statuses("dash", ["source /dev/null"]) == [127])
        #expect(try await statuses("bash", ["[[ a == a ]]", "source /dev/null"]) == [0, 0])
    }

    @Test(arguments: Shells.all)
    func `only the last status in a command counts`(shell: String) async throws {
        let commands = ["false | true", "false; true", "false\ntrue\n", "export A=$(false)"]
        #expect(try await statuses(shell, commands) == [0, 0, 0, 0])
        #expect(try await statuses(shell, ["A=$(false)"]) == [1])
    }

    @Test(arguments: Shells.all)
    func `the exit status is 0 at the start of a command`(shell: String) async throws {
        #expect(try await lines(shell, ["(exit 3) || true", "echo $?"]) == ["0"])
    }

    @Test(arguments: Shells.all)
    func `a trailing backslash joins the wrapper's next line`(shell: String) async throws {
        #expect(try await lines(shell, ["echo start \\"]) == ["start CODEBUILD_LAST_EXIT=0"])
    }

    @Test(arguments: Shells.all)
    func `a command with an unterminated here-document loses its state`(shell: String) async throws
    {
        let build = try TestBuild(
            build: ["A=old", "A=new; cat > /dev/null <<EOF\nx", "echo $A"],
            shell: shell
        )
        let lines = try await build.lines()
        #expect(build.sink.statuses == [0, 0, 0])
        #expect(lines.last == "old")
    }

    @Test(arguments: Shells.all)
    func `an empty command and a comment succeed`(shell: String) async throws {
        #expect(try await statuses(shell, ["", "# nothing", "#!/bin/sh"]) == [0, 0, 0])
    }

    @Test(arguments: Shells.all)
    func `a command reads an empty standard input`(shell: String) async throws {
        #expect(
            try await lines(shell, ["cat; echo end", "read x || echo none"]) == ["end", "none"]
        )
    }

    @Test(arguments: Shells.all)
    func `a command cannot wait for a job of an earlier command`(shell: String) async throws {
        #expect(try await statuses(shell, ["sleep 0 & PID=$!", "wait $PID"]) == [0, 127])
    }

    @Test(arguments: Shells.all)
    func `a command whose directory was removed runs outside of the sources`(
        shell: String
    ) async throws {
        let build = try TestBuild(build: ["mkdir d", "cd d", "rmdir ../d", "pwd"], shell: shell)
        let lines = try await build.lines()
        #expect(lines.last?.hasPrefix(build.scratch.path.string) == false)
    }

    @Test(arguments: Shells.all)
    func `version 0·1 carries no state to the next command`(shell: String) async throws {
        let build = try TestBuild(
            build: ["A=1; cd /", "echo \"${A-unset}\"; pwd"],
            shell: shell,
            version: .v01
        )
        #expect(try await build.lines() == ["unset", "\(build.scratch.path)"])
    }
}
