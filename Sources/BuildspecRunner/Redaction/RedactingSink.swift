internal import Synchronization

/// An event sink that masks secrets before events reach another sink: in the stream of the output,
/// and in every text of the other events.
///
/// Bytes that may begin a secret are held back until more output decides, another event comes, or
/// nothing was written for a while.
final class RedactingSink: EventSink {
    private let sink: any EventSink
    private let textRedactor: Redactor
    private let streamRedactor: Mutex<Redactor>

    /// Creates a sink that forwards to `sink`.
    init(_ sink: any EventSink, redactor: Redactor) {
        self.sink = sink
        textRedactor = redactor
        streamRedactor = Mutex(redactor)
    }

    /// Forwards the event without secrets.
    func receive(_ event: RunEvent) async {
        guard case .output(let bytes) = event else {
            await flush()
            return await sink.receive(event.redacted(by: textRedactor))
        }
        await forward(streamRedactor.withLock { $0.redact(bytes) })
    }

    /// Forwards the bytes that are held back.
    func flush() async {
        await forward(streamRedactor.withLock { $0.flush() })
    }

    private func forward(_ bytes: [UInt8]) async {
        if !bytes.isEmpty { await sink.receive(.output(bytes)) }
    }
}
