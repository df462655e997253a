internal import BuildspecRunner
internal import Synchronization

#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Musl)
    internal import Musl
#else
    internal import Darwin
#endif

/// Writes a build's events as lines of JSON; `docs/events.md` describes them.
final class EventLog: EventSink {
    private struct State {
        /// The beginning of a character whose end has not come yet.
        var held: [UInt8] = []
        var isBroken = false
    }

    private let stream: StandardStream
    private let broken: @Sendable () -> Void
    private let state = Mutex(State())

    /// Creates a log.
    ///
    /// - Parameters:
    ///   - stream: where the lines go.
    ///   - broken: called once when they cannot be written any more.
    init(_ stream: StandardStream, broken: @escaping @Sendable () -> Void) {
        self.stream = stream
        self.broken = broken
    }

    /// Creates a log in a file, emptied first, or on standard output.
    ///
    /// A build goes on when its file cannot be written any more; when nobody reads standard output
    /// any more, it is stopped, as without this log.
    ///
    /// - Parameter path: the file; `-` is standard output.
    /// - Throws: `ValidationError` when it cannot be opened.
    convenience init(path: String) throws {
        if path == "-" {
            self.init(.output) {
                StandardStream.error.write(
                    "error: nobody reads the events any more; the build is stopped\n"
                )
                kill(getpid(), SIGTERM)
            }
        } else {
            self.init(try OutputFile.create(path, option: "--events")) {
                StandardStream.error.write(
                    "warning: '\(path)' cannot be written any more; the rest of the events is lost\n"
                )
            }
        }
    }

    /// Writes the event as a line.
    func receive(_ event: RunEvent) async {
        state.withLock { state in
            guard case .output(let bytes) = event else {
                writeOutput(state.held, &state)
                state.held = []
                return write(EventRecord.line(event), &state)
            }
            let all = state.held + bytes
            let end = all.count - UTF8End.incomplete(all)
            state.held = Array(all[end...])
            writeOutput(Array(all[..<end]), &state)
        }
    }

    /// Writes why the build could not start, in place of all other events.
    func notStarted(_ error: SetupError) {
        state.withLock { write(EventRecord.line(notStarted: error), &$0) }
    }

    private func writeOutput(_ bytes: [UInt8], _ state: inout State) {
        if !bytes.isEmpty { write(EventRecord.line(output: bytes), &state) }
    }

    private func write(_ line: [UInt8], _ state: inout State) {
        guard !state.isBroken, !stream.write(line) else { return }
        state.isBroken = true
        broken()
    }
}

/// Where a text was cut inside of a character.
enum UTF8End {
    /// How many bytes at the end are the beginning of a character that may be completed: 0 to 3.
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
