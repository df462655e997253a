internal import BuildspecModel
internal import BuildspecRunner
internal import Synchronization
internal import SystemPackage

/// What is done when the file with the whole log cannot be written any more, as on a full disk: output
/// is shown as it comes, so that none is lost.
final class LogFileFallback: Sendable {
    private enum Stage {
        case none
        case noted
        case told
    }

    private let stage = Mutex(Stage.none)

    /// Notes it.
    func note() {
        stage.withLock { if $0 == .none { $0 = .noted } }
    }

    /// What is to be shown of an event because of that; `nil` as long as all is well.
    func text(before event: RunEvent, _ path: FilePath) -> String? {
        stage.withLock { stage in
            guard stage != .none else { return nil }
            var text = ""
            if stage == .noted {
                text = "warning: '\(path)' cannot be written; output is shown as it comes\r\n"
                stage = .told
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
