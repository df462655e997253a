import BuildspecModel
import BuildspecRunner
import Foundation
import TestSupport
import Testing

/// Whether the tests run as root, which builds with other users need.
let isRoot = geteuid() == 0

extension TestBuild {
    /// Creates a build whose phases can have different users.
    ///
    /// - Parameters:
    ///   - user: The top-level `run-as`.
    ///   - phases: The phases.
    /// - Throws: An error if the directories of the build cannot be created.
    init(runAs user: String? = nil, _ phases: [PhaseName: Phase]) throws {
        try self.init(
            Buildspec(version: .v02, runAs: user.map { Located(text: $0) }, phases: phases)
        )
    }

    /// Runs a build that may be unable to start.
    ///
    /// - Returns: The messages of the error in the setup, before which there is no event.
    /// - Throws: Another error of the build.
    func setupProblems() async throws -> [String] {
        do {
            _ = try await run()
            return []
        } catch let error as SetupError {
            #expect(sink.events.isEmpty)
            return error.problems.map(\.message)
        }
    }
}

extension Phase {
    /// Creates a phase with a user; `nil` stands for the user at the top.
    init(
        as user: String?,
        _ commands: [String],
        finally: [String] = [],
        onFailure: OnFailure? = nil
    ) {
        self.init(
            commands: located(commands),
            finally: located(finally),
            onFailure: onFailure,
            runAs: user.map { Located(text: $0) }
        )
    }
}
