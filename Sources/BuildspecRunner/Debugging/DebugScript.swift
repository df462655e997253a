internal import SystemPackage

/// The texts behind breakpoints: what commands run at one, and what the shell that opens begins with.
///
/// Source: CodeBuild user guide, "Debug builds with Session Manager": `codebuild-breakpoint` pauses a
/// build until `codebuild-resume`; in a build that is not debugged both do nothing.
enum DebugScript {
    /// Names the directory in which a command's breakpoints ask for attention.
    private static let room = "BUILDSPEC_DEBUG_DIR"
    /// Names the process that `codebuild-resume` ends.
    private static let shell = "BUILDSPEC_DEBUG_SHELL"

    /// `codebuild-breakpoint` in a build that does not pause there.
    static let ignoredBreakpoint =
        "echo \"codebuild-breakpoint: ignored; 'buildspec run --debug' would pause here\""

    /// `codebuild-breakpoint` in a build that pauses there.
    ///
    /// It leaves the directory and the environment that it sees, then a file that says so, and waits
    /// until that is taken away.
    static let breakpoint = """
        if [ -n "${\(shell)-}" ]; then
            echo 'codebuild-breakpoint: the build is paused already'
            exit 0
        fi
        if [ -z "${\(room)-}" ]; then
            echo 'codebuild-breakpoint: ignored; its environment is not the build'\\''s'
            exit 0
        fi
        waiting=$\(room)/break.$$
        { pwd; export -p; } > "$\(room)/state.$$"
        : > "$waiting"
        while [ -e "$waiting" ]; do sleep 0.1 2>/dev/null || sleep 1; done
        """

    /// `codebuild-resume`, where the shell's own word for it is not at hand.
    static let resume = """
        if [ -n "${\(shell)-}" ]; then
            kill -HUP "$\(shell)"
            exit
        fi
        echo 'codebuild-resume: ignored; the build is not paused'
        """

    /// What a command's script does behind reading the environment, on the same line.
    ///
    /// - Parameters:
    ///   - room: where breakpoints ask for attention; `nil` if the build does not pause at them.
    ///   - end: where the state goes when the script ends, however it does; `nil` if nobody asks.
    /// - Returns: the text, which begins with `;`.
    static func preparation(room: FilePath?, end: StateFiles?) -> String {
        let naming = room.map { "; \(DebugScript.room)=\(ShellText.quoted($0.string))" } ?? ""
        guard let end else { return naming }
        let saving =
            "export -p > \(ShellText.quoted(end.environment.string)); "
            + "pwd > \(ShellText.quoted(end.directory.string))"
        return naming + "; trap \(ShellText.quoted(saving)) EXIT"
    }

    /// The script that becomes the interactive shell.
    ///
    /// - Parameters:
    ///   - program: the shell.
    ///   - beginning: the file that the shell reads first.
    /// - Returns: its text.
    static func start(_ program: FilePath, reading beginning: FilePath) -> String {
        let word = ShellText.quoted(program.string)
        let file = ShellText.quoted(beginning.string)
        return program.lastComponent?.string == "bash"
            ? "exec \(word) --noprofile --rcfile \(file) -i\n"
            : "ENV=\(file)\nexport ENV\nexec \(word) -i\n"
    }

    /// What the shell reads first: the state, and how to go on.
    ///
    /// - Parameters:
    ///   - state: the files with the state.
    ///   - greeting: what it says.
    ///   - terminal: the terminal's type, if the build's environment has none.
    /// - Returns: the text.
    static func beginning(
        with state: StateFiles,
        saying greeting: String,
        terminal: String?
    )
        -> String
    {
        """
        unset ENV
        cd "$(cat \(ShellText.quoted(state.directory.string)))"
        set -a
        . \(ShellText.quoted(state.environment.string))
        set +a
        unset \(room) PROMPT_COMMAND HISTFILE
        [ -n "${TERM-}" ] || TERM=\(ShellText.quoted(terminal ?? "dumb"))
        export TERM
        export \(shell)=$$
        alias codebuild-resume=exit
        PS1='(paused) $PWD $ '
        set -a
        printf '%s\\n' \(ShellText.quoted(greeting))

        """
    }

    /// A process that waits for a file before it becomes what is to be started, so that nothing
    /// touches the terminal before it is lent.
    static func waiting(for file: FilePath, before launch: ProcessSpec) -> ProcessSpec {
        let loop = "until [ -e \"$0\" ]; do sleep 0.01; done; exec \"$@\""
        var waiting = launch
        waiting.program = "/bin/sh"
        waiting.arguments =
            ["-c", loop, file.string, launch.program.string] + launch.arguments
        return waiting
    }
}
