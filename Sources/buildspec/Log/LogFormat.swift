internal import ArgumentParser

/// How a build's log looks.
enum LogFormat: String, CaseIterable, ExpressibleByArgument {
    /// What is going on now, on a terminal.
    case pretty
    /// Short lines of our own.
    case plain
    /// CodeBuild's lines.
    case codebuild
}
