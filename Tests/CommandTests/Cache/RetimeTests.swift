import Subprocess
import SystemPackage
import TestSupport
import Testing

/// What a restored build directory is worth: real build tools, on checkouts that are new each time.
@Suite struct `Incremental builds` {
    /// A repository, checkouts of it at one place, and a store.
    private struct Bench {
        let place: TemporaryDirectory
        let tool: BuildTool

        init(_ tool: BuildTool) async throws {
            self.tool = tool
            place = try TemporaryDirectory()
            for (file, text) in tool.files { try place.write(text, to: "origin/\(file)") }
            try place.write("\(tool.output)/\nCargo.lock\n", to: "origin/.gitignore")
            try place.write(tool.two(2).text, to: "origin/\(tool.two(2).file)")
            try await shell("git init -q; git add .; \(commit)", in: "origin")
        }

        private let commit = """
            git -c user.name=t -c user.email=t@example.org -c commit.gpgsign=false commit -qm work
            """

        func change(_ file: String, to text: String) async throws {
            try place.write(text, to: "origin/\(file)")
            try await shell("git add .; \(commit)", in: "origin")
        }

        /// A new checkout, as a new machine would make it.
        func checkOut() async throws {
            try await shell("rm -rf work; git clone -q origin work")
        }

        func cache(_ verb: String, _ options: String...) async throws -> String {
            let outcome = try await BuildspecProcess.run(
                ["cache", verb, "--root", "work", "--path", tool.output, "--scope", "s"]
                    + ["--cache", "store"] + options,
                in: place
            )
            #expect(outcome.status == 0, "\(outcome.error)")
            return outcome.output + outcome.error
        }

        /// Builds and runs the program; says what was compiled and what the program printed.
        func build() async throws -> String {
            let made = try await shell(tool.build, in: "work")
            let printed = try await shell("\(tool.built)", in: "work")
            return (made + printed).split(separator: "\n").joined(separator: " ")
        }

        @discardableResult
        func shell(_ script: String, in directory: String = ".") async throws -> String {
            let result = try await Subprocess.run(
                .path("/bin/sh"),
                arguments: ["-ec", script],
                workingDirectory: place.file(directory),
                input: .none,
                output: .string(limit: 1 << 22),
                error: .combinedWithOutput
            )
            #expect(result.terminationStatus.isSuccess, "\(result.standardOutput)")
            return result.standardOutput
        }
    }

    @Test(.timeLimit(.minutes(5)), arguments: await BuildTool.installed())
    func `a restored build compiles exactly what changed`(tool: BuildTool) async throws {
        let bench = try await Bench(tool)
        try await bench.checkOut()
        #expect(try await bench.build().hasSuffix(" 42"))
        _ = try await bench.cache("save", "--retime")

        try await bench.checkOut()
        let restored = try await bench.cache("restore", "--retime")
        #expect(restored.contains("; sources: \(tool.files.count + 2) unchanged, 0 changed\n"))
        #expect(try await bench.build() == "42", "nothing was changed")

        // Another content that looks older than everything that was built.
        let (file, text) = tool.two(3)
        try await bench.change(file, to: text)
        try await bench.checkOut()
        try await bench.shell("touch -d 2001-02-03 work/\(file)")
        _ = try await bench.cache("restore", "--retime")
        #expect(try await bench.build() == "\(tool.madeOfTwo) 43")
        _ = try await bench.cache("save", "--retime")

        // Back to what it was: the cache has the newer content's objects now.
        try await bench.change(file, to: tool.two(2).text)
        try await bench.checkOut()
        _ = try await bench.cache("restore", "--retime")
        #expect(try await bench.build() == "\(tool.madeOfTwo) 42")
    }

    @Test(.timeLimit(.minutes(2)), arguments: [BuildTool.make, .ninja])
    func `a restored build compiles what includes a changed header`(tool: BuildTool) async throws {
        let bench = try await Bench(tool)
        try await bench.checkOut()
        #expect(try await bench.build() == "main one ten two 42")
        _ = try await bench.cache("save", "--retime")
        try await bench.change("include/base.h", to: "#define BASE 70\n")
        try await bench.checkOut()
        try await bench.shell("touch -d 2001-02-03 work/include/base.h")
        _ = try await bench.cache("restore", "--retime")
        #expect(try await bench.build() == "one 82")
    }

    @Test(.timeLimit(.minutes(2))) func `a restored build compiles everything without '--retime'`()
        async throws
    {
        let bench = try await Bench(.make)
        try await bench.checkOut()
        _ = try await bench.build()
        _ = try await bench.cache("save", "--retime")
        try await bench.checkOut()
        _ = try await bench.cache("restore")
        #expect(try await bench.build() == "main one ten two 42")
    }

    @Test(.timeLimit(.minutes(2)))
    func `an output that is not cached is built again after a restore`() async throws {
        let bench = try await Bench(.make)
        try await bench.checkOut()
        _ = try await bench.build()
        _ = try await bench.cache("save", "--retime")
        // In a checkout that is kept: an output made of another content, which is then undone.
        let report = "report: src/two.c; cp src/two.c report"
        let file = "work/src/two.c"
        try await bench.shell(
            """
            printf '%s\\n' '\(report)' > report.mk
            cp \(file) before; echo 'int two(void) { return 9; }' > \(file)
            make -s -C work -f ../report.mk report
            cat before > \(file)
            """
        )
        let restored = try await bench.cache("restore", "--retime")
        #expect(restored.contains("1 unchanged source file looks new: 'report' may be made from"))
        try await bench.shell("make -s -C work -f ../report.mk report; cmp work/report before")
    }

    @Test(.timeLimit(.minutes(2)), arguments: [false, true])
    func `'run --retime' compiles nothing in an unchanged checkout`(withGit: Bool) async throws {
        let bench = try await Bench(.make)
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
        try await bench.change("buildspec.yml", to: buildspec)
        var outputs: [String] = []
        for _ in 0..<2 {
            try await bench.checkOut()
            if !withGit { try await bench.shell("rm -rf work/.git") }
            let outcome = try await BuildspecProcess.run(
                ["run", "--retime", "--source", "work", "--cache", "store", "--project", "p"],
                in: bench.place
            )
            #expect(outcome.status == 0, "\(outcome.output)\(outcome.error)")
            outputs.append(outcome.output)
        }
        #expect(outputs[0].contains("-c -o build/two.o"))
        #expect(outputs[1].contains("sources: 8 unchanged, 0 changed"))
        #expect(!outputs[1].contains("-c -o"), "\(outputs[1])")
    }
}
