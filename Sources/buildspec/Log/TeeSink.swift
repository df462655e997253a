internal import BuildspecRunner

/// Hands every event to two sinks, to the first one first.
struct TeeSink: EventSink {
    let first: any EventSink
    let second: any EventSink

    func receive(_ event: RunEvent) async {
        await first.receive(event)
        await second.receive(event)
    }
}
