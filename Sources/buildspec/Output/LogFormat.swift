internal import ArgumentParser

/// How a build's log looks.
enum LogFormat: String, CaseIterable, ExpressibleByArgument {
    /// Short lines of our own.
    case plain
    /// CodeBuild's lines.
    case codebuild
}
