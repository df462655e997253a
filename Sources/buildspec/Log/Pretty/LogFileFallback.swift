internal import BuildspecModel
internal import BuildspecRunner
internal import Synchronization
internal import SystemPackage

/// The fallback when the log file cannot be written, as on a full disk: all output is shown.
final class LogFileFallback: Sendable {
    private enum State {
        case inactive
        /// The file cannot be written, and the user does not know yet.
        case failed
        case reported
    }

    private let state = Mutex(State.inactive)

    func activate() {
        state.withLock { if $0 == .inactive { $0 = .failed } }
    }

    /// Makes the text of an event that only the log file would have; `nil` while the file works.
    func text(before event: RunEvent, _ path: FilePath) -> String? {
        state.withLock { state in
            guard state != .inactive else { return nil }
            var text = ""
            if state == .failed {
                text = "warning: cannot write '\(path)'; all output is shown instead\r\n"
                state = .reported
            }
            switch event {
            case .output(let bytes):
                let lines = bytes.split(
                    separator: UInt8(ascii: "\n"),
                    omittingEmptySubsequences: false
                )
                for line in lines.last?.isEmpty == true ? lines.dropLast() : lines[...] {
                    text += OutputLine.text(line) + "\r\n"
                }
            case .commandBegan(let command): text += "$ \(command.text.value.oneLine)\r\n"
            default: break
            }
            return text
        }
    }
}
