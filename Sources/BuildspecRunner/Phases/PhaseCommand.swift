public import BuildspecModel

/// A command of a phase and its list.
public struct PhaseCommand: Sendable, Equatable {
    /// The two lists of a phase.
    public enum List: String, Sendable, Equatable {
        case commands
        case finally
    }

    /// The phase.
    public var phase: PhaseName
    /// The list.
    public var list: List
    /// The index of the command in the list, 0 for the first.
    public var index: Int
    /// The text of the command in the buildspec.
    public var text: Located<String>
}

/// A command that failed, with its exit status.
public struct CommandFailure: Sendable, Equatable {
    /// The command.
    public var command: PhaseCommand
    /// The exit status: 1 to 255; 128 and the signal's number if a signal ended the shell.
    public var status: Int32

    /// The message of CodeBuild's phase context (`COMMAND_EXECUTION_ERROR`), which is also the text in
    /// which the pattern of `on-failure: RETRY` is searched.
    public var message: String {
        "Error while executing command: \(command.text.value). Reason: exit status \(status)"
    }
}
