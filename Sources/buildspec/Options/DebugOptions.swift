internal import ArgumentParser
internal import BuildspecRunner

/// The options that make a build pause.
struct DebugOptions: ParsableArguments {
    @Flag(help: "Pause at 'codebuild-breakpoint' and open a shell.")
    var debug = false

    @Flag(help: "Pause after a command that fails and open a shell.")
    var breakOnFailure = false

    /// Opens the terminal for the shell; `nil` if the build does not pause.
    func debugging() throws -> Debugging? {
        guard debug || breakOnFailure else { return nil }
        guard let terminal = ControllingTerminal.open() else {
            let option = debug ? "--debug" : "--break-on-failure"
            throw ValidationError(
                "\(option): there is no terminal to open a shell on; start the build in a terminal, "
                    + "with 'ssh -t' or 'docker run -it' if it is remote, or omit the option"
            )
        }
        var debugging = Debugging(on: terminal)
        debugging.pausesAtBreakpoints = debug
        debugging.pausesAtFailures = breakOnFailure
        return debugging
    }
}
