import BuildspecModel
import BuildspecRunner
import Foundation
import TestSupport
import Testing

/// CodeBuild user guide, build-spec-ref: run-as, with a user that the build creates.
///
/// The tests are serialized, because the tools that create users hold a lock.
@Suite(.serialized, .timeLimit(.minutes(1)))
struct `Users that a build creates` {
    private func build(
        top: String? = nil,
        _ phases: [PhaseName: Phase]
    ) throws -> TestBuild {
        try TestBuild(
            Buildspec(version: .v02, runAs: top.map { Located(text: $0) }, phases: phases)
        )
    }

    private func phase(
        _ user: String? = nil,
        _ commands: [String],
        finally: [String] = []
    ) -> Phase {
        Phase(
            commands: located(commands),
            finally: located(finally),
            runAs: user.map { Located(text: $0) }
        )
    }

    private func problems(_ build: TestBuild) async throws -> [String] {
        do {
            _ = try await build.run()
            return []
        } catch let error as SetupError {
            #expect(build.sink.events.isEmpty)
            return error.problems.map(\.message)
        }
    }

    /// Chooses a user name that this machine does not have.
    ///
    /// - Returns: The name, and the commands that create and remove the user.
    private func newUser() -> (name: String, make: String, remove: String) {
        let name = "bs\(UInt32.random(in: 0...UInt32.max))"
        return (
            name,
            "/usr/sbin/useradd --create-home --home-dir \"$PWD/home\" \(name)",
            "/usr/sbin/userdel \(name)"
        )
    }

    @Test(.enabled(if: isRoot), arguments: [true, false])
    func `a user that one phase creates runs the later phases`(isTop: Bool) async throws {
        let user = newUser()
        let build = try build(
            top: isTop ? user.name : nil,
            [
                .install: phase(isTop ? "root" : nil, [user.make]),
                .preBuild: phase("root", ["chmod 755 ."]),
                .build: phase(isTop ? nil : user.name, ["id -un; echo $HOME"]),
                .postBuild: phase("root", ["id -un", user.remove]),
            ]
        )
        #expect(
            try await build.lines() == [user.name, "\(build.scratch.path)/home", "root"],
            "\(build.sink.warnings)"
        )
        #expect(build.sink.statuses.allSatisfy { $0 == 0 })
    }

    @Test(.enabled(if: isRoot))
    func `a user that no phase creates fails the phase, but not the earlier ones`()
        async throws
    {
        let build = try build([
            .install: phase(nil, ["echo first"]),
            .build: phase("no-such-user", ["echo never"], finally: ["echo never"]),
        ])
        #expect(try await build.run().state == .failed)
        #expect(build.sink.output == "first\n")
        #expect(
            build.sink.warnings.contains {
                $0.hasPrefix("run-as: there is still no user 'no-such-user' on this machine")
            }
        )
    }

    @Test(.enabled(if: isRoot))
    func `a user that no earlier phase can create is an error before any command`()
        async throws
    {
        let first = try build([.install: phase("no-such-user", ["true"])])
        #expect(try await problems(first).count == 1)
        let top = try build(top: "no-such-user", [.build: phase(nil, ["true"])])
        #expect(try await problems(top).count == 1)
        var left = try build([
            .install: phase(nil, ["true"]), .build: phase("no-such-user", ["true"]),
        ])
        left.request.selectedPhases = [.build]
        #expect(try await problems(left).count == 1)
    }
}

private let isRoot = geteuid() == 0
