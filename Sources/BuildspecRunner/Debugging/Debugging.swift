public import SystemPackage

/// The events at which a build pauses for its user, and the user's terminal.
public struct Debugging: Sendable {
    /// Whether the build pauses at `codebuild-breakpoint`.
    public var pausesAtBreakpoints = false
    /// Whether the build pauses after a command that failed.
    public var pausesAtFailures = false
    /// The terminal on which a shell opens.
    public var terminal: any DebugTerminal

    /// Creates options without any event to pause at.
    ///
    /// - Parameter terminal: The terminal on which a shell opens.
    public init(on terminal: any DebugTerminal) {
        self.terminal = terminal
    }
}

/// A terminal on which a shell can run.
public protocol DebugTerminal: Sendable {
    /// The terminal, open for reading and writing.
    var descriptor: FileDescriptor { get }

    /// The type of the terminal (`TERM`), for programs that do more than write lines.
    var type: String? { get }

    /// Lets a process group read from the terminal and get the signals that are typed on it.
    ///
    /// - Parameter group: The number of the process group.
    func setForegroundGroup(_ group: Int32)

    /// Gives the terminal back to this process, in the modes that it had before.
    func restore()
}

/// The reason why a build is paused, and the command at which it is.
public enum BuildPause: Sendable, Equatable {
    /// The command called `codebuild-breakpoint`.
    case breakpoint(PhaseCommand)
    /// The command failed.
    case failure(PhaseCommand, status: Int32)

    /// The command at which the build is paused.
    public var command: PhaseCommand {
        get {
            switch self {
            case .breakpoint(let command), .failure(let command, _): command
            }
        }
        set {
            switch self {
            case .breakpoint: self = .breakpoint(newValue)
            case .failure(_, let status): self = .failure(newValue, status: status)
            }
        }
    }
}
