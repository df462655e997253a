public import BuildspecModel

/// A build that cannot start; nothing has run.
public struct SetupError: Error, Sendable, Equatable {
    /// The phase in which CodeBuild fails such a build, as its API spells it.
    public enum Phase: String, Sendable {
        case provisioning = "PROVISIONING"
        case downloadSource = "DOWNLOAD_SOURCE"
    }

    /// One reason why the build cannot start.
    public struct Problem: Sendable, Equatable {
        /// What is wrong and what to do, in one line.
        public var message: String
        /// The location in the buildspec file, if the problem is there.
        public var range: SourceRange?
        /// CodeBuild's status code in the context of the failed phase, where logs show one.
        public var statusCode: String?

        /// Creates a problem.
        public init(_ message: String, at range: SourceRange? = nil, statusCode: String? = nil) {
            self.message = message
            self.range = range
            self.statusCode = statusCode
        }
    }

    /// All problems, at least one.
    public var problems: [Problem]
    /// The phase that fails.
    public var phase: Phase

    /// Creates an error.
    public init(_ problems: [Problem], in phase: Phase = .downloadSource) {
        self.problems = problems
        self.phase = phase
    }

    /// Creates an error with one problem.
    init(_ message: String, at range: SourceRange? = nil) {
        self.init([Problem(message, at: range)])
    }
}
