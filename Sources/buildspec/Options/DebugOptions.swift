internal import ArgumentParser
internal import BuildspecRunner

/// Where a build pauses.
struct DebugOptions: ParsableArguments {
    @Flag(help: "Pause at 'codebuild-breakpoint' and open a shell there.")
    var debug = false

    @Flag(help: "Pause behind a command that fails and open a shell there.")
    var breakOnFailure = false

    /// What a build is to know of it; `nil` if it does not pause.
    ///
    /// - Throws: `ValidationError` when there is no terminal to open a shell on.
    func debugging() throws -> Debugging? {
        guard debug || breakOnFailure else { return nil }
        guard let terminal = ControllingTerminal.open() else {
            let option = debug ? "--debug" : "--break-on-failure"
            throw ValidationError(
                "\(option): there is no terminal to open a shell on; start the build in a terminal, "
                    + "with 'ssh -t' or 'docker run -it' if it is remote, or leave the option out"
            )
        }
        var debugging = Debugging(on: terminal)
        debugging.pausesAtBreakpoints = debug
        debugging.pausesAtFailures = breakOnFailure
        return debugging
    }
}
