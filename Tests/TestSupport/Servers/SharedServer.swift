/// One server for all tests that use it at the same time.
///
/// The first user starts the server, and ends only after the last other user. So the server never
/// outlives its tests, and a later user starts another one.
package actor SharedServer<Server: Sendable> {
    private enum State {
        case stopped
        case starting
        case running(Server)
        case stopping
    }

    private let run: @Sendable (@Sendable (Server) async throws -> Void) async throws -> Void
    private var state = State.stopped
    private var users = 0
    private var waiting: [CheckedContinuation<Void, Never>] = []

    /// Creates a server that `run` starts, and stops when the closure of `run` returns.
    package init(
        _ run: @escaping @Sendable (@Sendable (Server) async throws -> Void) async throws -> Void
    ) {
        self.run = run
    }

    /// Calls `body` with the server, which is started if it does not run.
    package func use(_ body: @Sendable (Server) async throws -> Void) async throws {
        while true {
            switch state {
            case .running(let server):
                users += 1
                defer { leave() }
                return try await body(server)
            case .starting, .stopping:
                await change()
            case .stopped:
                state = .starting
                defer { set(.stopped) }
                return try await run { server in
                    await self.begin(server)
                    let result: Result<Void, any Error>
                    do { result = .success(try await body(server)) } catch {
                        result = .failure(error)
                    }
                    await self.end()
                    try result.get()
                }
            }
        }
    }

    private func begin(_ server: Server) {
        users = 1
        set(.running(server))
    }

    /// Waits for the other users.
    private func end() async {
        leave()
        while users > 0 { await change() }
        set(.stopping)
    }

    private func leave() {
        users -= 1
        resume()
    }

    private func set(_ new: State) {
        state = new
        resume()
    }

    private func change() async {
        await withCheckedContinuation { waiting.append($0) }
    }

    private func resume() {
        let all = waiting
        waiting = []
        for continuation in all { continuation.resume() }
    }
}
