import BuildspecCache
import BuildspecModel
import BuildspecRunner
import TestSupport
import Testing

/// CodeBuild user guide, build-spec-ref: run-as, with a user that the build creates.
///
/// The tests are serialized, because the tools that create users hold a lock.
@Suite(.timed, .serialized, .timeLimit(.minutes(1)))
struct `Users that a build creates` {
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
        let build = try TestBuild(
            runAs: isTop ? user.name : nil,
            [
                .install: Phase(as: isTop ? "root" : nil, [user.make]),
                .preBuild: Phase(as: "root", ["chmod 755 ."]),
                .build: Phase(as: isTop ? nil : user.name, ["id -un; echo $HOME"]),
                .postBuild: Phase(as: "root", ["id -un", user.remove]),
            ]
        )
        #expect(
            try await build.lines() == [user.name, "\(build.scratch.path)/home", "root"],
            "\(build.sink.warnings)"
        )
        #expect(build.sink.statuses.allSatisfy { $0 == 0 })
    }

    @Test(.enabled(if: isRoot), arguments: [true, false])
    func `a restored cache belongs to the user that a phase creates`(isTop: Bool) async throws {
        let store = try TemporaryDirectory()
        for round in 1...2 {
            let user = newUser()
            var build = try TestBuild(
                runAs: isTop ? user.name : nil,
                [
                    .install: Phase(
                        as: isTop ? "root" : nil,
                        [user.make, "chmod 777 .; touch other"]
                    ),
                    .build: Phase(
                        as: isTop ? nil : user.name,
                        [
                            "mkdir -p c/d; echo x >> c/d/f; ln -sf f c/d/l; cat c/d/f",
                            "[ $(stat -c %U c c/d c/d/f c/d/l | sort -u) = $(id -un) ]",
                            "[ $(stat -c %u other) = 0 ]",
                        ]
                    ),
                    .postBuild: Phase(as: "root", [user.remove]),
                ]
            )
            build.buildspec.cache = CacheSection(paths: located(["c/**/*"]))
            build.request.cache = BuildCache(directory: store.path)
            build.request.project = "p"
            let lines = try await build.lines()
            #expect(lines == Array(repeating: "x", count: round), "\(build.sink.warnings)")
            #expect(build.sink.statuses.allSatisfy { $0 == 0 })
        }
    }

    @Test(.enabled(if: isRoot))
    func `a user that no phase creates fails the phase, but not the earlier ones`()
        async throws
    {
        let build = try TestBuild([
            .install: Phase(as: nil, ["echo first"]),
            .build: Phase(as: "no-such-user", ["echo never"], finally: ["echo never"]),
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
        let first = try TestBuild([.install: Phase(as: "no-such-user", ["true"])])
        #expect(try await first.setupProblems().count == 1)
        let top = try TestBuild(runAs: "no-such-user", [.build: Phase(as: nil, ["true"])])
        #expect(try await top.setupProblems().count == 1)
        var left = try TestBuild([
            .install: Phase(as: nil, ["true"]), .build: Phase(as: "no-such-user", ["true"]),
        ])
        left.request.selectedPhases = [.build]
        #expect(try await left.setupProblems().count == 1)
    }
}
