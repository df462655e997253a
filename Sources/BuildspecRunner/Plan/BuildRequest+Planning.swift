internal import BuildspecModel
internal import SystemPackage

extension BuildRequest {
    /// Calls `body` with the setup of this build and the build's private directory, for a plan.
    ///
    /// With `isPlan`, an obstacle to running commands is only a warning of the setup.
    func withPlannedSetup<Value: Sendable>(
        isPlan: Bool = false,
        _ body: @Sendable (BuildSetup, PrivateDirectory) async throws -> Value
    ) async throws -> Value {
        try checkDirectories()
        let directory = try BuildRunner.create("a private directory") {
            try PrivateDirectory(in: temporaryDirectory)
        }
        defer { directory.remove() }
        // A sandbox hides the state directory, and not the private one.
        var planned = forPlanning(stateDirectory: directory.path.appending("state"))
        planned.isPlan = isPlan
        let setup = try await BuildSetup.prepare(planned, in: directory)
        return try await setup.whileOpen { try await body(setup, directory) }
    }

    /// Returns this request with another state directory and empty secrets, so that a plan changes no
    /// build number and reads no secret.
    private func forPlanning(stateDirectory: FilePath) -> BuildRequest {
        var request = self
        request.stateDirectory = stateDirectory
        let given = Set(overrides.map(\.name))
        let secrets = buildspec.env.parameterStore + buildspec.env.secretsManager
        request.overrides += secrets.map(\.name).filter { !given.contains($0) }
            .map { Override(name: $0, value: "") }
        return request
    }

    /// Calls `body` with the build's shell; of the output and the events, only warnings are passed on.
    func withShell<Value: Sendable>(
        _ setup: BuildSetup,
        in directory: PrivateDirectory,
        warn: @escaping @Sendable (String) -> Void = { _ in },
        _ body: @Sendable (ShellSession, OutputMultiplexer) async -> Value
    ) async throws -> Value {
        let output = try BuildRunner.create("a pipe") { try OutputMultiplexer() }
        let session = try BuildRunner.create("the build's state") {
            try ShellSession(self, setup, in: directory, output: output, groups: ProcessGroups())
        }
        return await withTaskGroup(of: Void.self) { group in
            group.addTask(executorPreference: BlockingThread("buildspec output")) {
                await output.run(into: WarningSink(warn: warn), hidingBy: setup.redactor)
            }
            let value = await body(session, output)
            await output.finish()
            return value
        }
    }
}

/// An event sink that passes on warnings, and discards all other events.
private struct WarningSink: EventSink {
    let warn: @Sendable (String) -> Void

    func receive(_ event: RunEvent) async {
        if case .warning(let text) = event { warn(text) }
    }
}
