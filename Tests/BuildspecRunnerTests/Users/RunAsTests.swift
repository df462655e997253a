import BuildspecCache
import BuildspecFiles
import BuildspecModel
import BuildspecRunner
import Foundation
import SystemPackage
import TestSupport
import Testing

/// CodeBuild user guide, build-spec-ref: run-as, at the top and in a phase.
///
/// Tests with other users need root, like builds with other users.
@Suite(.timed, .timeLimit(.minutes(1)))
struct RunAsTests {
    @Test(.enabled(if: isRoot)) func `a phase's run-as overrides the one at the top`() async throws
    {
        let build = try TestBuild(
            runAs: "nobody",
            [
                .install: Phase(as: nil, ["id -un; id -G"]),
                .build: Phase(as: "root", ["id -un"], finally: ["id -un"]),
                .postBuild: Phase(as: "daemon", ["id -un"]),
            ]
        )
        let groups = String(try #require(UserGroups.of("nobody")))
        #expect(
            try await build.lines() == ["nobody", groups, "root", "root", "daemon"]
        )
    }

    @Test(.enabled(if: isRoot)) func `variables and the directory are carried from user to user`()
        async throws
    {
        let build = try TestBuild([
            .install: Phase(as: nil, ["A='x\ny'; mkdir d; cd d"]),
            .preBuild: Phase(as: "nobody", ["echo \"$A\"; pwd; B=2", "cd /; echo $B"]),
            .build: Phase(as: "root", ["echo $B; pwd", "C=3"]),
            .postBuild: Phase(as: "daemon", ["echo $C"]),
        ])
        #expect(
            try await build.lines() == [
                "x", "y", "\(build.scratch.path)/d", "2", "2", "/", "3",
            ]
        )
        #expect(build.sink.statuses.allSatisfy { $0 == 0 })
    }

    @Test(.enabled(if: isRoot), arguments: ["", "root"])
    func `a restored cache belongs to the user who runs the commands`(install: String) async throws
    {
        let store = try TemporaryDirectory()
        for round in 1...2 {
            // The user is set at the top or in one phase.
            var build = try TestBuild(
                runAs: install.isEmpty ? "nobody" : nil,
                [
                    .install: Phase(
                        as: install.isEmpty ? "root" : nil,
                        ["mkdir -p new; chown nobody new; touch other"]
                    ),
                    .build: Phase(
                        as: install.isEmpty ? nil : "nobody",
                        [
                            "mkdir -p new/out/d; echo x >> new/out/d/f; ln -sf f new/out/d/l",
                            "stat -c '%U %n' new/out new/out/d new/out/d/f new/out/d/l other",
                            "cat new/out/d/f",
                        ]
                    ),
                ]
            )
            build.buildspec.cache = CacheSection(paths: located(["new/out/**/*"]))
            build.request.cache = BuildCache(directory: store.path)
            build.request.project = "p"
            let lines = try await build.lines()
            #expect(
                lines == [
                    "nobody new/out", "nobody new/out/d", "nobody new/out/d/f",
                    "nobody new/out/d/l",
                    "root other",
                ] + Array(repeating: "x", count: round)
            )
            #expect(build.sink.warnings == [])
        }
    }

    @Test(.enabled(if: isRoot)) func `a phase with run-as has its user's home and name`()
        async throws
    {
        let say = "echo $HOME $USER $LOGNAME"
        let build = try TestBuild([
            .install: Phase(as: nil, ["echo $HOME $USER ${LOGNAME-none}"]),
            .preBuild: Phase(as: "daemon", [say]),
            .build: Phase(as: nil, ["echo $HOME $USER ${LOGNAME-none}"]),
        ])
        #expect(
            try await build.lines() == [
                "/root tess none", "/usr/sbin daemon daemon", "/root tess none",
            ]
        )
    }

    @Test(.enabled(if: isRoot)) func `a HOME that the build sets stays in a phase with run-as`()
        async throws
    {
        var build = try TestBuild(runAs: "daemon", [.build: Phase(as: nil, ["echo $HOME $USER"])])
        build.request.overrides = [BuildRequest.Override(name: "HOME", value: "/given")]
        #expect(try await build.lines() == ["/given daemon"])
    }

    @Test(.enabled(if: isRoot)) func `a retry begins again with the home of its user`() async throws
    {
        let again = Phase(
            as: "daemon",
            ["echo $HOME; HOME=/changed; false"],
            onFailure: .retry(count: 1, pattern: ".*")
        )
        #expect(try await TestBuild([.build: again]).lines() == ["/usr/sbin", "/usr/sbin"])
    }

    @Test(.enabled(if: isRoot)) func `the shell state is closed to other users`() async throws {
        let temporary = try TemporaryDirectory()
        func refused(_ commands: [String]) -> [String] {
            commands.map { "(\($0)) 2> /dev/null || echo refused" }
        }
        var build = try TestBuild([
            .install: Phase(as: nil, ["P=$(ls -d $TMPDIR/buildspec-*)"]),
            .build: Phase(
                as: "nobody",
                ["cd $P", "stat -c '%a %U' . env.sh dir.txt script.sh next-$(id -u) next-0 bin"]
                    + refused([
                        "ls", "cat next-0/env.sh", "touch x", "touch bin/x", "mv env.sh e",
                        "ln -s /etc/passwd next-0/env.sh",
                    ])
            ),
            .postBuild: Phase(
                as: "daemon",
                refused(["ls next-$(id -u nobody)", "cat next-$(id -u nobody)/env.sh"])
            ),
        ])
        build.request.hostEnvironment["TMPDIR"] = temporary.path.string
        let modes = [
            "711 root", "600 nobody", "600 nobody", "600 nobody", "700 nobody", "700 root",
            "755 root",
        ]
        #expect(try await build.lines() == modes + Array(repeating: "refused", count: 8))
    }

    @Test(
        .enabled(if: isRoot),
        arguments: [
            "ln -s /etc/shadow $N/env.sh", "mkfifo $N/env.sh", "mkdir $N/env.sh",
            "cp /etc/passwd $N/a && ln $N/a $N/env.sh",
        ]
    )
    func `a saved state that is not a regular file of its user is not read`(
        trick: String
    ) async throws {
        let temporary = try TemporaryDirectory()
        var build = try TestBuild([
            .install: Phase(as: nil, ["P=$(ls -d $TMPDIR/buildspec-*)"]),
            .build: Phase(as: "nobody", ["N=$P/next-65534; \(trick); exit 0"]),
        ])
        build.request.hostEnvironment["TMPDIR"] = temporary.path.string
        #expect(try await build.run().state == .failed)
        #expect(build.sink.statuses == [0, 126])
        #expect(build.sink.warnings.count == 1)
        #expect(
            build.sink.warnings.first?.hasSuffix(
                "/env.sh' is not a regular file of the command's user"
            ) == true
        )
    }

    @Test(.enabled(if: isRoot)) func `a command with run-as can open the standard streams by name`()
        async throws
    {
        let build = try TestBuild(
            runAs: "nobody",
            [.build: Phase(as: nil, ["echo a > /dev/stderr"])]
        )
        #expect(try await build.lines() == ["a"])
    }

    @Test(.enabled(if: isRoot)) func `background processes of another user end with the build`()
        async throws
    {
        let build = try TestBuild([
            .install: Phase(as: nil, ["install -d -o nobody d"]),
            .build: Phase(
                as: "nobody",
                ["nohup sleep 600 > /dev/null & echo $! > d/a", "setsid sleep 600 & echo $! > d/b"]
            ),
        ])
        #expect(try await build.run().state == .succeeded)
        for name in ["d/a", "d/b"] { #expect(try !isAlive(build.pid(name))) }
    }

    @Test(.enabled(if: isRoot))
    func `an artifact link of another user to a file outside is left out`()
        async throws
    {
        let target = try TemporaryDirectory()
        let phases: [PhaseName: Phase] = [
            .install: Phase(as: nil, ["install -d -o nobody d"]),
            .build: Phase(as: "nobody", ["cd d; echo a > a; ln -s a b; ln -s /etc/shadow c"]),
        ]
        var build = try TestBuild(phases)
        build.buildspec.artifacts = ArtifactsSection(
            primary: ArtifactSet(files: located(["d/*"]))
        )
        build.request.artifactsDirectory = target.path
        #expect(try await build.run().state == .succeeded)
        #expect(try target.read("d/a") == "a\n")
        #expect(try target.read("d/b") == "a\n")
        #expect(try target.read("d/c") == nil)
        #expect(build.sink.warnings.count == 1)
        #expect(build.sink.warnings.first?.contains("/d/c' is left out: ") == true)
    }

    @Test(.enabled(if: isRoot), arguments: ["nobody", "root"])
    func `a base directory outside of the sources is reached by root's links only`(
        owner: String
    ) async throws {
        let (target, outside) = (try TemporaryDirectory(), try TemporaryDirectory())
        var build = try TestBuild([
            .install: Phase(
                as: nil,
                [
                    "cd \(outside.path); chmod 755 .; mkdir secret; echo a > secret/a",
                    "ln -s secret out; ln -s out/../out way; chown -h \(owner) out",
                ]
            ),
            .build: Phase(as: "nobody", []),
        ])
        build.buildspec.artifacts = ArtifactsSection(
            primary: ArtifactSet(
                files: located(["**/*"]),
                baseDirectory: Located(text: "\(outside.path)/way")
            )
        )
        build.request.artifactsDirectory = target.path
        let failure = try await build.run().artifacts.failure
        if owner == "root" {
            #expect(failure == nil)
            #expect(try target.read("a") == "a\n")
        } else {
            #expect(
                failure
                    == "the base directory '\(outside.path)/way' is reached by '\(outside.path)/out', "
                    + "another user's link, which a build with 'run-as' does not follow"
            )
            #expect(try target.handle.names().isEmpty)
        }
    }

    @Test(.enabled(if: isRoot))
    func `a link of another user is not followed to the artifact directory`() async throws {
        let outside = try TemporaryDirectory()
        var build = try TestBuild([
            .install: Phase(as: nil, ["install -d -o nobody d"]),
            .build: Phase(as: "nobody", ["cd d; echo a > a; ln -s \(outside.path) out"]),
        ])
        build.buildspec.artifacts = ArtifactsSection(
            primary: ArtifactSet(files: located(["d/a"]))
        )
        build.request.artifactsDirectory = build.scratch.path.appending("d/out/artifacts")
        let result = try await build.run()
        #expect(result.artifacts.failure?.contains("is a link that the build has made") == true)
        #expect(try outside.handle.names().isEmpty)
    }

    @Test(.enabled(if: isRoot)) func `artifacts can have names that are not UTF-8`() async throws {
        let target = try TemporaryDirectory()
        var build = try TestBuild([
            .build: Phase(as: "nobody", []),
            .postBuild: Phase(as: nil, ["echo a > $(printf 'a\\351')"]),
        ])
        build.buildspec.artifacts = ArtifactsSection(
            primary: ArtifactSet(files: located(["a*"]))
        )
        build.request.artifactsDirectory = target.path
        #expect(try await build.run().state == .succeeded)
        #expect(try target.handle.names() == [[UInt8(ascii: "a"), 0xE9]])
    }

    @Test(.enabled(if: isRoot)) func `a user that does not exist is an error before any command`()
        async throws
    {
        let message =
            "run-as: there is no user 'no-such-user' on this machine; create it or change the key"
        let build = try TestBuild(
            runAs: "no-such-user",
            [.build: Phase(as: "no-such-user", ["true"])]
        )
        #expect(try await build.setupProblems() == [message, message])
    }

    @Test(.enabled(if: isRoot)) func `sources that the user of run-as cannot read are an error`()
        async throws
    {
        let build = try TestBuild([.build: Phase(as: "nobody", ["true"])])
        unsafe chmod(build.scratch.path.string, 0o700)
        let messages = try await build.setupProblems()
        #expect(messages.count == 1)
        #expect(
            messages.first?.hasPrefix(
                "run-as: 'nobody' cannot read the sources in '\(build.scratch.path)'; "
            ) == true
        )
    }

    @Test(.enabled(if: isRoot))
    func `a temporary directory that the user of run-as cannot enter is an error`()
        async throws
    {
        let temporary = try TemporaryDirectory()
        unsafe chmod(temporary.path.string, 0o700)
        var build = try TestBuild([.build: Phase(as: "nobody", ["true"])])
        build.request.hostEnvironment["TMPDIR"] = temporary.path.string
        let messages = try await build.setupProblems()
        #expect(messages.count == 1)
        #expect(
            messages.first?.hasPrefix("run-as: 'nobody' cannot enter '\(temporary.path)', ") == true
        )
    }

    @Test func `run-as can name the user who runs the build`() async throws {
        let own = try #require(try await TestBuild(build: ["id -un"]).lines().first)
        #expect(
            try await TestBuild(runAs: own, [.build: Phase(as: own, ["id -un"])]).lines() == [own]
        )
    }
}

private enum UserGroups {
    /// Returns the ID of a user's primary group.
    static func of(_ name: String) -> gid_t? {
        unsafe getpwnam(name).map { unsafe $0.pointee.pw_gid }
    }
}
