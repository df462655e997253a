internal import SystemPackage

/// The shell scripts for breakpoints: the helper commands, and the start of the interactive shell.
///
/// Source: CodeBuild user guide, "Debug builds with Session Manager": `codebuild-breakpoint` pauses a
/// build until `codebuild-resume`; in a build that is not debugged, these commands do nothing.
enum DebugScript {
    /// The variable with the directory in which breakpoints write their files.
    private static let directoryVariable = "BUILDSPEC_DEBUG_DIR"
    /// The variable with the process that `codebuild-resume` ends.
    private static let shellVariable = "BUILDSPEC_DEBUG_SHELL"

    /// The script of `codebuild-breakpoint` in a build that does not pause there.
    static let ignoredBreakpoint =
        "echo \"codebuild-breakpoint: ignored; 'buildspec run --debug' would pause here\""

    /// The script of `codebuild-breakpoint` in a build that pauses there.
    ///
    /// Writes its directory and environment to a file, then creates a marker, and waits until the marker
    /// is removed.
    static let breakpoint = """
        if [ -n "${\(shellVariable)-}" ]; then
            echo 'codebuild-breakpoint: the build is paused already'
            exit 0
        fi
        if [ -z "${\(directoryVariable)-}" ]; then
            echo 'codebuild-breakpoint: ignored; its environment is not the build'\\''s'
            exit 0
        fi
        waiting=$\(directoryVariable)/break.$$
        { pwd; export -p; } > "$\(directoryVariable)/state.$$"
        : > "$waiting"
        while [ -e "$waiting" ]; do sleep 0.1 2>/dev/null || sleep 1; done
        """

    /// The script of `codebuild-resume`, for programs inside of the shell; the shell has an alias.
    static let resume = """
        if [ -n "${\(shellVariable)-}" ]; then
            kill -HUP "$\(shellVariable)"
            exit
        fi
        echo 'codebuild-resume: ignored; the build is not paused'
        """

    /// Returns what a command's script does after it has read the environment, on the same line: shell text
    /// that begins with `;`.
    ///
    /// `directory` is `nil` if the build does not pause at breakpoints. `finalState` gets the state at the
    /// end of the script, however it ends.
    static func preparation(breakpoints directory: FilePath?, finalState: StateFiles?) -> String {
        let assignment =
            directory.map { "; \(directoryVariable)=\(ShellText.quoted($0.string))" } ?? ""
        guard let finalState else { return assignment }
        let saving =
            "export -p > \(ShellText.quoted(finalState.environment.string)); "
            + "pwd > \(ShellText.quoted(finalState.directory.string))"
        return assignment + "; trap \(ShellText.quoted(saving)) EXIT"
    }

    /// Returns the script that replaces its process by the interactive shell, which reads `startup` first.
    static func start(_ program: FilePath, reading startup: FilePath) -> String {
        let word = ShellText.quoted(program.string)
        let file = ShellText.quoted(startup.string)
        return program.lastComponent?.string == "bash"
            ? "exec \(word) --noprofile --rcfile \(file) -i\n"
            : "ENV=\(file)\nexport ENV\nexec \(word) -i\n"
    }

    /// Returns the startup file of the interactive shell, which restores the state and greets the user.
    ///
    /// The type of the terminal is used if the build's environment has no `TERM`.
    static func startup(in state: StateFiles, greeting: String, terminal: String?) -> String {
        """
        unset ENV
        cd "$(cat \(ShellText.quoted(state.directory.string)))"
        set -a
        . \(ShellText.quoted(state.environment.string))
        set +a
        unset \(directoryVariable) PROMPT_COMMAND HISTFILE
        [ -n "${TERM-}" ] || TERM=\(ShellText.quoted(terminal ?? "dumb"))
        export TERM
        export \(shellVariable)=$$
        alias codebuild-resume=exit
        PS1='(paused) $PWD $ '
        set -a
        printf '%s\\n' \(ShellText.quoted(greeting))

        """
    }

    /// Returns a process that waits for `file` before it runs `process`.
    ///
    /// The process must not touch the terminal before its group is in the foreground.
    static func waiting(for file: FilePath, before process: ProcessSpec) -> ProcessSpec {
        let loop = "until [ -e \"$0\" ]; do sleep 0.01; done; exec \"$@\""
        var waiting = process
        waiting.program = "/bin/sh"
        waiting.arguments =
            ["-c", loop, file.string, process.program.string] + process.arguments
        return waiting
    }
}
