import BuildspecModel
import BuildspecRunner
import Synchronization

/// A sink that records all events of a build.
final class RecordingSink: EventSink {
    private let recorded = Mutex<[RunEvent]>([])
    private let hook: @Sendable (RunEvent) -> Void

    init(_ hook: @escaping @Sendable (RunEvent) -> Void = { _ in }) {
        self.hook = hook
    }

    func receive(_ event: RunEvent) async {
        recorded.withLock { $0.append(event) }
        hook(event)
    }

    var events: [RunEvent] { recorded.withLock { $0 } }

    /// All output as text.
    var output: String {
        var bytes: [UInt8] = []
        for case .output(let chunk) in events { bytes += chunk }
        return String(decoding: bytes, as: UTF8.self)
    }

    var warnings: [String] {
        events.compactMap { if case .warning(let message) = $0 { message } else { nil } }
    }

    /// The notes of the log.
    var notes: [String] {
        events.compactMap { if case .note(let message) = $0 { message } else { nil } }
    }

    /// The texts of the commands that ran, in order.
    var commands: [String] {
        events.compactMap {
            if case .commandBegan(let command) = $0 { command.text.value } else { nil }
        }
    }

    /// The exit statuses of the commands that ran, in order.
    var statuses: [Int32] {
        events.compactMap { if case .commandEnded(_, let status, _) = $0 { status } else { nil } }
    }
}
