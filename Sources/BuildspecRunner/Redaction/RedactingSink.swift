internal import Synchronization

/// Hides secrets in what passes to another sink: in output as a stream, in every event's texts.
///
/// Bytes that may be the beginning of a secret are held back until more output decides it, another
/// event comes, or nothing was written for a while.
final class RedactingSink: EventSink {
    private let sink: any EventSink
    private let texts: Redactor
    private let stream: Mutex<Redactor>

    /// A sink before another.
    init(_ sink: any EventSink, redactor: Redactor) {
        self.sink = sink
        texts = redactor
        stream = Mutex(redactor)
    }

    /// Passes the event on without secrets.
    func receive(_ event: RunEvent) async {
        guard case .output(let bytes) = event else {
            await flush()
            return await sink.receive(event.redacted(by: texts))
        }
        await pass(stream.withLock { $0.redact(bytes) })
    }

    /// Gives out what is held back.
    func flush() async {
        await pass(stream.withLock { $0.flush() })
    }

    private func pass(_ bytes: [UInt8]) async {
        if !bytes.isEmpty { await sink.receive(.output(bytes)) }
    }
}
