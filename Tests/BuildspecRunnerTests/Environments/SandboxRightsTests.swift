#if os(Linux)
    import BuildspecModel
    import BuildspecRunner
    import Foundation
    import SystemPackage
    import TestSupport
    import Testing

    /// Rights of root and of other users in a sandbox.
    @Suite(.timed, .timeLimit(.minutes(1)), .enabled { await Sandboxes.areAllowed() })
    struct SandboxRightsTests {
        private let home: TemporaryDirectory

        init() throws { home = try TemporaryDirectory() }

        @Test(arguments: [
            "mount -o remount,rw /usr", "mount -t tmpfs none /mnt", "umount /tmp",
            "nsenter -t 1 -m true", "nsenter --mount=/proc/$PPID/ns/mnt true", "unshare -m true",
            "ls /proc/1/root/", "mknod x b 8 0", "chroot /proc/1/root true", "cat /proc/1/environ",
        ])
        func `a command of root cannot leave the sandbox`(command: String) async throws {
            let build = try TestBuild.sandboxed(
                home: home,
                [.build: ["\(command) 2> /dev/null && echo out; echo tried"]]
            )
            #expect(try await build.lines() == ["tried"])
        }

        @Test(.enabled(if: isRoot)) func `root in a sandbox keeps the rights that builds use`()
            async throws
        {
            let build = try TestBuild.sandboxed(
                home: home,
                [
                    .build: [
                        "touch a && chown nobody a && chmod 600 a && echo x > a && cat a",
                        "setpriv --reuid=65534 --clear-groups id -u",
                        "grep CapEff /proc/self/status | cut -f 2",
                    ]
                ]
            )
            #expect(try await build.lines() == ["x", "65534", "00000000a00425fb"])
        }

        @Test(.enabled(if: isRoot)) func `a sandboxed phase with run-as runs as that user`()
            async throws
        {
            var build = try TestBuild.sandboxed(
                cached: ["out"],
                home: home,
                [
                    .install: ["install -d -o nobody out", "A=1"],
                    .build: [
                        "id -un; echo $A $USER; cd out; touch x /tmp/y /dev/shm/z; echo w > /dev/stderr",
                        "touch ../n 2>/dev/null || echo refused; cat /codebuild/output/tmp/next-0/env.sh "
                            + "2>/dev/null || echo refused",
                        "nohup sleep 600 > /dev/null & echo $! > pid",
                        "grep CapEff /proc/self/status | cut -f 2",
                    ],
                ]
            )
            build.buildspec.phases[.build]?.runAs = Located(text: "nobody")
            #expect(
                try await build.lines() == [
                    "nobody", "1 nobody", "w", "refused", "refused", "0000000000000000",
                ]
            )
            #expect(build.sink.statuses == [0, 0, 0, 0, 0, 0])
            #expect(try !isAlive(build.pid("out/pid")))
        }

        @Test(.enabled(if: isRoot)) func `sources that a sandboxed user cannot read are an error`()
            async throws
        {
            var build = try TestBuild.sandboxed(home: home, [.build: ["true"]])
            build.buildspec.runAs = Located(text: "nobody")
            unsafe chmod(build.scratch.path.string, 0o700)
            await #expect(throws: SetupError.self) { try await build.run() }
            #expect(build.sink.events.isEmpty)
        }
    }
#endif
