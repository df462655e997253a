import Subprocess
import SystemPackage
import TestSupport
import Testing

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Owners of the files that container users write, and git with other owners and worktrees.
extension ContainerTests {
    /// The number of a user whose engine is a server of root, as with docker.
    private static let user: UInt32 = 12_345

    /// The end of a build whose files are checked.
    enum End: CaseIterable, Sendable {
        case success
        case killed
        case withoutContainer
    }

    /// Runs a build as a user without privileges, with the podman of root as a server.
    private func runAsUser(
        _ buildspec: String,
        _ arguments: String...,
        temporary: TemporaryDirectory,
        while body: @escaping @Sendable (ProcessIdentifier) async throws -> Void = { _ in }
    ) async throws -> BuildspecProcess.Outcome {
        let podman = try await Podman.ready()
        try directory.write(buildspec, to: "buildspec.yml")
        try directory.write(
            "#!/bin/sh\nexec podman --remote --url 'unix:///\(directory.path)/socket' \"$@\"\n",
            to: "podman"
        )
        try temporary.write("", to: "x")
        _ = try await shell(
            "cd '\(directory.path)'; chmod 755 podman; chown -R \(Self.user) . '\(temporary.path)'; "
                + "chmod 755 . '\(temporary.path)'"
        )
        return try await podman.serving(at: directory.file("socket")) { [directory] in
            try await BuildspecProcess.run(
                ["run", "--project", "p", "--image", Podman.tools, "--network", "none"]
                    + ["--engine", directory.file("podman").string] + arguments,
                in: directory,
                // Only root can read the settings of its podman, and the server knows them.
                environment: ["HOME": directory.path.string, "TMPDIR": temporary.path.string],
                user: Self.user,
                while: body
            )
        }
    }

    @Test(.timeLimit(.minutes(5)), arguments: End.allCases)
    func `files of container users belong to the host user however the build ends`(
        end: End
    ) async throws {
        let podman = try await Podman.ready()
        let temporary = try TemporaryDirectory()
        let commands = [
            "mkdir -p own/d; echo x > own/d/f; chmod 600 own/d/f; ln -s f own/d/l; touch by-root",
            "chown -hR 33:33 own; chmod 700 own/d own; chown 33 . && chmod 755 .; touch started",
            end == .success ? "true" : "sleep 600",
        ]
        let outcome = try await runAsUser(
            building(commands[0], commands[1], commands[2])
                + "\nartifacts: {files: ['own/**/*']}\ncache: {paths: ['own/**/*', '/root/.from-image']}",
            "--cache",
            "store",
            "--copy-source",
            "--artifacts",
            "../\(directory.path.lastComponent?.string ?? "")/art",
            temporary: temporary
        ) { process in
            guard end != .success else { return }
            let name = "buildspec-\(process.value)-"
            func container() async throws -> String? {
                try await podman.containers().first { $0.hasPrefix(name) }
            }
            // A build that ends before it has started a command fails the test at once.
            while try await shell("ls '\(temporary.path)'/*/sources/started").isEmpty {
                let state = try await shell("grep '^State:.[^Z]' /proc/\(process.value)/status")
                try #require(!state.isEmpty)
                try await Task.sleep(for: .milliseconds(20))
            }
            if end == .killed {
                kill(process.value, SIGKILL)
            } else if let name = try await container() {
                try await podman.run("rm", "--force", "--time", "0", name)
            }
            while try await container() != nil { try await Task.sleep(for: .milliseconds(50)) }
        }
        let foreign = try await shell(
            "find '\(directory.path)' '\(temporary.path)' ! -user \(Self.user) ! -name socket"
        )
        #expect(foreign == "", "\(outcome)")
        switch end {
        case .success:
            #expect(outcome.status == 0, "\(outcome)")
            #expect(try directory.read("art/own/d/f") == "x\n")
            #expect(outcome.output.contains("saved 2 files"), "\(outcome)")
        case .killed: #expect(outcome.status == -SIGKILL)
        case .withoutContainer: #expect(outcome.status == 1)
        }
        if end != .killed {
            // The source copy is removed; the podman client has directories with the user's number.
            let left = try await shell("ls '\(temporary.path)' | grep -v '\(Self.user)'")
            #expect(left == "x\n", "\(left)")
        }
    }

    @Test func `a restored cache belongs to the user that a phase creates in a container`()
        async throws
    {
        let buildspec = """
            version: 0.2
            phases:
              install:
                commands:
                  - echo 'new:x:4321:4321::/:/bin/sh' >> /etc/passwd; chmod 777 .
                  - mkdir -p /opt/c; chmod 777 /opt/c; touch /opt/c/image
              build:
                run-as: new
                commands:
                  - for d in c /opt/c/d; do mkdir -p $d; echo x >> $d/f; echo "> $(cat $d/f | wc -l)"; done
                  - echo "> $(stat -c %u c c/f /opt/c/d /opt/c/d/f /opt/c/image | tr '\\n' ' ')"
            cache:
              paths: ['c/**/*', '/opt/c/d/**/*']
            """
        let store = try TemporaryDirectory()
        for round in 1...2 {
            let outcome = try await run(buildspec, "--cache", store.path.string)
            #expect(outcome.status == 0, "\(outcome)")
            #expect(
                lines(outcome) == ["\(round)", "\(round)", "4321 4321 4321 4321 0 "],
                "\(outcome)"
            )
            _ = try await shell("rm -rf '\(directory.path)/c'")
        }
    }

    @Test(arguments: ["store", "a/b/store"])
    func `a store in the sources is not visible in a container`(store: String) async throws {
        let outcome = try await run(
            building(
                "mkdir c; touch c/f; ls -A \(store); touch \(store)/x || echo '> closed'",
                "rm -r \(store.prefix { $0 != "/" }) || echo '> stays'",
                top: "cache: {paths: [c]}"
            ),
            "--cache",
            store
        )
        #expect(outcome.status == 0, "\(outcome)")
        #expect(lines(outcome) == ["closed", "stays"], "\(outcome)")
        #expect(outcome.output.contains("saved 1 file"), "\(outcome)")
        #expect(try directory.read("\(store)/buildspec-store") != nil)
    }

    @Test func `git in a container accepts the sources of another user`() async throws {
        _ = try await shell(
            "cd '\(directory.path)'; git init -q; git -c user.name=t -c user.email=t@t commit -qm one "
                + "--allow-empty; chown -R \(Self.user) ."
        )
        let outcome = try await run(building("echo \"> $(git log --oneline | wc -l)\""))
        #expect(outcome.status == 0, "\(outcome)")
        #expect(lines(outcome) == ["1"], "\(outcome)")
    }

    @Test(arguments: [false, true])
    func `git finds the repository of a worktree in a container`(copying: Bool) async throws {
        let main = try TemporaryDirectory()
        _ = try await shell(
            "cd '\(main.path)'; git init -q; git -c user.name=t -c user.email=t@t commit -qm one "
                + "--allow-empty; rmdir '\(directory.path)'; git worktree add -q '\(directory.path)'"
        )
        let outcome = try await run(
            building(
                "echo \"> $(git log --oneline | wc -l)\"",
                "touch \"$(git rev-parse --git-common-dir)/x\" 2> /dev/null || echo '> read-only'"
            ),
            copying ? "--copy-source" : "--strict-cache"
        )
        #expect(outcome.status == 0, "\(outcome)")
        #expect(lines(outcome) == ["1", "read-only"], "\(outcome)")
        #expect(try main.read(".git/x") == nil)
    }

    @Test func `a source root below its repository causes a warning in a container`() async throws {
        let outcome = try await run(building("true"), while: { _ in })
        #expect(!outcome.error.contains("git"))
        _ = try await shell("git init -q '\(directory.path)'; mkdir '\(directory.path)/sub'")
        let inside = try await run(
            building("true"),
            "--source",
            "sub",
            "--buildspec",
            directory.file("buildspec.yml").string
        )
        #expect(
            inside.error.contains(
                "warning: git finds no repository in the build: the sources are a part of one that begins "
                    + "above them; name its top directory with '--source'\n"
            ),
            "\(inside)"
        )
    }

    @Test func `the start time of a container is logged`() async throws {
        let outcome = try await run(building("true"))
        let line = outcome.output.split(separator: "\n").first { $0.hasPrefix("container: ") }
        let end = try #require(line?.split(separator: " ").suffix(2).first)
        #expect(
            line?.hasPrefix("container: '\(Podman.tools)' started by podman in ") == true
                && Double(end) != nil,
            "\(outcome.output)"
        )
    }
}
