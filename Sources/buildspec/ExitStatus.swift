internal import ArgumentParser
internal import BuildspecRunner

/// The exit statuses of all commands.
enum ExitStatus: Int32, CaseIterable {
    case success = 0
    case buildFailed = 1
    case buildspecInvalid = 2
    case cacheFailed = 3
    case usage = 64
    case timedOut = 124
    case stopped = 130

    /// The meaning in a command's help, unless the command has a more exact text.
    private var meaning: String {
        switch self {
        case .success: "success"
        case .buildFailed: "a phase failed, or the artifacts or reports did"
        case .buildspecInvalid:
            "the buildspec has errors or the build cannot start; no command was run"
        case .cacheFailed: "the cache could not be read or written"
        case .usage: "the command line is invalid"
        case .timedOut: "the build took longer than its timeout"
        case .stopped: "stopped by a signal"
        }
    }

    /// Makes the last section of a command's help; `meanings` are those that the command changes.
    static func help(_ statuses: [ExitStatus], _ meanings: [ExitStatus: String] = [:]) -> String {
        let lines = statuses.map { status in
            let number = String(status.rawValue)
            let gap = String(repeating: " ", count: 5 - number.count)
            return "  \(number)\(gap)\(meanings[status] ?? status.meaning)"
        }
        return (["EXIT STATUS:"] + lines).joined(separator: "\n")
    }

    /// Makes the last section of the help of a command that fails only if its cache does.
    static func cacheHelp(_ failure: String? = nil) -> String {
        let meanings = failure.map { [ExitStatus.cacheFailed: $0] } ?? [:]
        return help([.success, .cacheFailed, .usage, .stopped], meanings)
    }

    init(_ result: BuildResult) {
        switch result.state {
        case .succeeded: self = .success
        case .failed: self = result.cacheFailure == nil ? .buildFailed : .cacheFailed
        case .stopped: self = .stopped
        case .timedOut: self = .timedOut
        }
    }

    /// The error to throw to end the process with this status.
    var exitCode: ExitCode { ExitCode(rawValue) }
}
