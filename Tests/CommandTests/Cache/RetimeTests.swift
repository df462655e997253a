import Subprocess
import TestSupport
import Testing

/// Real build tools in a new checkout with a restored build directory.
@Suite(.timed) struct `Incremental builds` {
    /// A repository, a checkout of it that is made again for each build, and a store.
    private struct CheckoutFixture {
        let directory: TemporaryDirectory
        let tool: BuildTool

        init(_ tool: BuildTool) async throws {
            self.tool = tool
            directory = try TemporaryDirectory()
            for (file, text) in tool.files { try directory.write(text, to: "origin/\(file)") }
            try directory.write("\(tool.output)/\nCargo.lock\n", to: "origin/.gitignore")
            try directory.write(tool.two(2).text, to: "origin/\(tool.two(2).file)")
            try await shell("git init -q; git add .; \(commit)", in: "origin")
        }

        private let commit = """
            git -c user.name=t -c user.email=t@example.org -c commit.gpgsign=false commit -qm work
            """

        func change(_ file: String, to text: String) async throws {
            try directory.write(text, to: "origin/\(file)")
            try await shell("git add .; \(commit)", in: "origin")
        }

        /// Makes a new checkout, as on a new machine.
        func checkOut() async throws {
            try await shell("rm -rf work; git clone -q origin work")
        }

        func cache(_ command: String, _ options: String...) async throws -> String {
            let outcome = try await BuildspecProcess.run(
                ["cache", command, "--root", "work", "--path", tool.output, "--scope", "s"]
                    + ["--cache", "store"] + options,
                in: directory
            )
            #expect(outcome.status == 0, "\(outcome.error)")
            return outcome.output + outcome.error
        }

        /// Builds and runs the program.
        ///
        /// - Returns: The names of the compiled files, and the output of the program.
        /// - Throws: An error if a command cannot be started.
        func build() async throws -> String {
            let made = try await shell(tool.build, in: "work")
            let printed = try await shell("\(tool.built)", in: "work")
            return (made + printed).split(separator: "\n").joined(separator: " ")
        }

        @discardableResult
        func shell(_ script: String, in folder: String = ".") async throws -> String {
            try await directory.shell(script, in: folder, environment: .inherit)
        }
    }

    @Test(
        .timeLimit(.minutes(5)),
        arguments: TestScope.isFull ? await BuildTool.installed() : [.make]
    )
    func `a restored build compiles exactly what changed`(tool: BuildTool) async throws {
        let fixture = try await CheckoutFixture(tool)
        try await fixture.checkOut()
        #expect(try await fixture.build().hasSuffix(" 42"))
        _ = try await fixture.cache("save", "--retime")

        try await fixture.checkOut()
        let restored = try await fixture.cache("restore", "--retime")
        #expect(restored.contains("; sources: \(tool.files.count + 2) unchanged, 0 changed\n"))
        #expect(try await fixture.build() == "42", "nothing was changed")

        // A new content whose time is older than all outputs.
        let (file, text) = tool.two(3)
        try await fixture.change(file, to: text)
        try await fixture.checkOut()
        try await fixture.shell("touch -d 2001-02-03 work/\(file)")
        _ = try await fixture.cache("restore", "--retime")
        #expect(try await fixture.build() == "\(tool.nameOfTwo) 43")
        _ = try await fixture.cache("save", "--retime")

        // The first content again: the cache has the outputs of the second one.
        try await fixture.change(file, to: tool.two(2).text)
        try await fixture.checkOut()
        _ = try await fixture.cache("restore", "--retime")
        #expect(try await fixture.build() == "\(tool.nameOfTwo) 42")
    }

    @Test(.timeLimit(.minutes(2)), arguments: [BuildTool.make, .ninja])
    func `a restored build compiles what includes a changed header`(tool: BuildTool) async throws {
        let fixture = try await CheckoutFixture(tool)
        try await fixture.checkOut()
        #expect(try await fixture.build() == "main one ten two 42")
        _ = try await fixture.cache("save", "--retime")
        try await fixture.change("include/base.h", to: "#define BASE 70\n")
        try await fixture.checkOut()
        try await fixture.shell("touch -d 2001-02-03 work/include/base.h")
        _ = try await fixture.cache("restore", "--retime")
        #expect(try await fixture.build() == "one 82")
    }

    @Test(.timeLimit(.minutes(2))) func `a restored build compiles everything without '--retime'`()
        async throws
    {
        let fixture = try await CheckoutFixture(.make)
        try await fixture.checkOut()
        _ = try await fixture.build()
        _ = try await fixture.cache("save", "--retime")
        try await fixture.checkOut()
        _ = try await fixture.cache("restore")
        #expect(try await fixture.build() == "main one ten two 42")
    }

    @Test(.timeLimit(.minutes(2)))
    func `an output that is not cached is built again after a restore`() async throws {
        let fixture = try await CheckoutFixture(.make)
        try await fixture.checkOut()
        _ = try await fixture.build()
        _ = try await fixture.cache("save", "--retime")
        // The checkout stays: an output is made of another content, and then the content is reset.
        let report = "report: src/two.c; cp src/two.c report"
        let file = "work/src/two.c"
        try await fixture.shell(
            """
            printf '%s\\n' '\(report)' > report.mk
            cp \(file) before; echo 'int two(void) { return 9; }' > \(file)
            make -s -C work -f ../report.mk report
            cat before > \(file)
            """
        )
        let restored = try await fixture.cache("restore", "--retime")
        #expect(restored.contains("1 unchanged source file looks new: 'report' may be made from"))
        try await fixture.shell("make -s -C work -f ../report.mk report; cmp work/report before")
    }

    @Test(.timeLimit(.minutes(2)), arguments: [false, true])
    func `'run --retime' compiles nothing in an unchanged checkout`(withGit: Bool) async throws {
        let fixture = try await CheckoutFixture(.make)
        let buildspec = """
            version: 0.2
            phases:
              build:
                commands:
                  - make
                  - build/app
            cache:
              paths:
                - 'build/**/*'

            """
        try await fixture.change("buildspec.yml", to: buildspec)
        var outputs: [String] = []
        for _ in 0..<2 {
            try await fixture.checkOut()
            if !withGit { try await fixture.shell("rm -rf work/.git") }
            let outcome = try await BuildspecProcess.run(
                ["run", "--retime", "--source", "work", "--cache", "store", "--project", "p"],
                in: fixture.directory
            )
            #expect(outcome.status == 0, "\(outcome.output)\(outcome.error)")
            outputs.append(outcome.output)
        }
        #expect(outputs[0].contains("-c -o build/two.o"))
        #expect(outputs[1].contains("sources: 8 unchanged, 0 changed"))
        #expect(!outputs[1].contains("-c -o"), "\(outputs[1])")
    }
}
