public import SystemPackage

/// Where a build pauses so that its user can look around.
public struct Debugging: Sendable {
    /// Whether it pauses at `codebuild-breakpoint`.
    public var pausesAtBreakpoints = false
    /// Whether it pauses behind a command that failed.
    public var pausesAtFailures = false
    /// Where the user sits.
    public var terminal: any DebugTerminal

    /// Creates options that pause nowhere yet.
    ///
    /// - Parameter terminal: where the user sits.
    public init(on terminal: any DebugTerminal) {
        self.terminal = terminal
    }
}

/// A terminal that can be lent to a shell.
public protocol DebugTerminal: Sendable {
    /// The terminal, open for reading and writing.
    var descriptor: FileDescriptor { get }

    /// Its type, for programs that do more than write lines: `TERM`.
    var type: String? { get }

    /// Lets a process group read from the terminal and get the signals that are typed on it.
    ///
    /// - Parameter group: the group's number.
    func lend(to group: Int32)

    /// Makes it ours again, in the modes that it had before.
    func takeBack()
}

/// Why a build is paused, and at which command.
public enum BuildPause: Sendable, Equatable {
    /// The command came to a `codebuild-breakpoint`.
    case breakpoint(PhaseCommand)
    /// The command failed.
    case failure(PhaseCommand, status: Int32)

    /// The command.
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
