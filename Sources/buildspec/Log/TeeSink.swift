internal import BuildspecRunner

/// A sink that passes every event to two sinks, in order.
struct TeeSink: EventSink {
    let first: any EventSink
    let second: any EventSink

    func receive(_ event: RunEvent) async {
        await first.receive(event)
        await second.receive(event)
    }
}
