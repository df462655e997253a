internal import ArgumentParser

/// The format of a build's log.
enum LogFormat: String, CaseIterable, ExpressibleByArgument {
    /// The current command with its last output lines, on a terminal.
    case pretty
    /// All output, with short lines about phases and commands.
    case plain
    /// The lines of CodeBuild's log.
    case codebuild
}
