internal import BuildspecRunner
internal import Synchronization

/// A log of a build's events as lines of JSON, which `docs/events.md` describes.
final class EventLog: EventSink {
    private struct State {
        /// The first bytes of a character that is not complete yet.
        var incomplete: [UInt8] = []
        var isBroken = false
    }

    private let stream: StandardStream
    private let onFailure: @Sendable () -> Void
    private let state = Mutex(State())

    /// Creates a log that calls `onFailure` once when a line cannot be written.
    init(_ stream: StandardStream, onFailure: @escaping @Sendable () -> Void) {
        self.stream = stream
        self.onFailure = onFailure
    }

    /// Creates a log in an emptied file, or on standard output if the path is `-`.
    ///
    /// If the file cannot be written, the build continues. If the reader closes standard output,
    /// the build is stopped, as without this log.
    convenience init(path: String) throws {
        if path == "-" {
            self.init(.output) {
                StandardStream.error.write(
                    "error: the reader closed the events; the build is stopped\n"
                )
                Signals.stopBuild()
            }
        } else {
            self.init(try OutputFile.create(path, option: "--events")) {
                StandardStream.error.write(
                    "warning: cannot write to '\(path)'; the remaining events are lost\n"
                )
            }
        }
    }

    func receive(_ event: RunEvent) async {
        state.withLock { state in
            guard case .output(let bytes) = event else {
                writeOutput(state.incomplete, &state)
                state.incomplete = []
                return write(EventRecord.line(event), &state)
            }
            let all = state.incomplete + bytes
            let end = all.count - UTF8End.incomplete(all)
            state.incomplete = Array(all[end...])
            writeOutput(Array(all[..<end]), &state)
        }
    }

    /// Writes why the build could not start, as the only event.
    func writeNotStarted(_ error: SetupError) {
        state.withLock { write(EventRecord.line(notStarted: error), &$0) }
    }

    private func writeOutput(_ bytes: [UInt8], _ state: inout State) {
        if !bytes.isEmpty { write(EventRecord.line(output: bytes), &state) }
    }

    private func write(_ line: [UInt8], _ state: inout State) {
        guard !state.isBroken, !stream.write(line) else { return }
        state.isBroken = true
        onFailure()
    }
}

/// The end of UTF-8 text that may be cut inside a character.
enum UTF8End {
    /// Counts the bytes at the end that start a character and do not complete it: 0 to 3.
    static func incomplete(_ bytes: [UInt8]) -> Int {
        for length in 1...3 where length <= bytes.count {
            let byte = bytes[bytes.count - length]
            if byte & 0b1100_0000 == 0b1000_0000 { continue }
            let needed = byte >= 0xF0 ? 4 : byte >= 0xE0 ? 3 : byte >= 0xC0 ? 2 : 1
            return byte < 0xF8 && needed > length ? length : 0
        }
        return 0
    }
}
