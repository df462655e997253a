import Foundation
import TestSupport
import Testing

/// A buildspec with a `batch` section, in commands that run single builds only.
///
/// CodeBuild guide, "Batch build buildspec reference".
@Suite(.timed, .timeLimit(.minutes(1))) struct `Batch buildspecs` {
    private static let batch = """
        version: 0.2
        batch:
          build-list:
            - identifier: one
              buildspec: ci/one.yml
            - identifier: two
              buildspec: ci/two.yml

        """

    private func project(_ text: String) throws -> TemporaryDirectory {
        let directory = try TemporaryDirectory()
        try directory.write(text, to: "buildspec.yml")
        for name in ["one", "two"] {
            try directory.write(
                "version: 0.2\nphases: {build: {commands: [echo ran \(name)]}}\n",
                to: "ci/\(name).yml"
            )
        }
        return directory
    }

    @Test(arguments: [
        "", "phases:\n", "phases: {}\n", "phases: {install: {runtime-versions: {java: 17}}}\n",
    ])
    func `'run' refuses a batch without commands and names the buildspecs to run`(
        rest: String
    ) async throws {
        let directory = try project(Self.batch + rest)
        let outcome = try await BuildspecProcess.run(["run", "--cache", "none"], in: directory)
        #expect(outcome.status == 2)
        #expect(
            outcome.error.contains(
                "buildspec.yml:2:1: error: this buildspec has a batch of 2 builds and no commands of its own"
            ),
            "\(outcome.error)"
        )
        #expect(outcome.error.contains("'--buildspec ci/one.yml', '--buildspec ci/two.yml'"))
        #expect(!(outcome.output + outcome.error).contains("SUCCEEDED"))
        let member = try await BuildspecProcess.run(
            ["run", "--cache", "none", "--buildspec", "ci/one.yml"],
            in: directory
        )
        #expect(member.status == 0)
        #expect(member.output.contains("ran one"))
    }

    @Test(arguments: [
        ("buildspec.yml", "run one of its builds: '--buildspec ci/one.yml'"),
        ("./ci/../buildspec.yml", "run one of its builds: '--buildspec ci/one.yml'"),
        (
            "\"it's here.yml\"",
            "'--buildspec ci/one.yml', --buildspec 'it'\\''s here.yml'"
        ),
    ])
    func `'run' names only other buildspecs of a batch, quoted for a shell`(
        name: String,
        remedy: String
    ) async throws {
        let directory = try project(Self.batch.replacing("ci/two.yml", with: name))
        let outcome = try await BuildspecProcess.run(["run", "--cache", "none"], in: directory)
        #expect(outcome.error.contains("\(remedy)\n"), "\(outcome.error)")
    }

    @Test(arguments: [
        "batch:\n", "batch: []\n", "batch: x\n", "batch: ~\nphases: {}\n",
        "batch: {build-list: [{identifier: a}]}\nphases: {build: {commands: ['  ']}}\n",
        "batch: {build-list: [{identifier: a}]}\nphases: {build: {commands: ['# nothing', '']}}\n",
        "batch:\nphases: {build: {commands: [''], finally: [\"# a\\n # b\"]}}\n",
    ])
    func `'run' refuses a batch that is empty or has only commands that do nothing`(
        rest: String
    ) async throws {
        let directory = try project("version: 0.2\n" + rest)
        let outcome = try await BuildspecProcess.run(["run", "--cache", "none"], in: directory)
        #expect(outcome.status == 2, "\(outcome)")
        #expect(outcome.error.contains("buildspec.yml:2:1: error: this buildspec has a batch"))
        #expect(outcome.error.contains("and no commands of its own"))
    }

    @Test
    func `'run' runs the phases of a batch buildspec and reports that the batch does not run`()
        async throws
    {
        let directory = try project(Self.batch + "phases: {build: {commands: [echo ran me]}}\n")
        let outcome = try await BuildspecProcess.run(["run", "--cache", "none"], in: directory)
        #expect(outcome.status == 0)
        #expect(outcome.output.contains("ran me"))
        let lines = (outcome.output + outcome.error).split(separator: "\n")
        #expect(
            lines.filter { $0.contains("the batch of 2 builds is not run") }.count == 1,
            "\(outcome.error)"
        )
    }

    @Test func `'plan' and 'validate' accept a batch buildspec and report that it is one`()
        async throws
    {
        let directory = try project(Self.batch)
        let plan = try await BuildspecProcess.run(["plan"], in: directory)
        #expect(plan.status == 0, "\(plan.error)")
        #expect(plan.error.contains("a batch of 2 builds and no commands of its own"))
        #expect(plan.output.contains("batch (not run)\n  one  ci/one.yml\n  two  ci/two.yml\n"))
        let check = try await BuildspecProcess.run(["validate", "--strict"], in: directory)
        #expect(check.status == 0, "\(check.output)")
        #expect(check.output.hasPrefix("buildspec.yml: a batch without commands; 'run'"))
        let json = try await BuildspecProcess.run(["validate", "--format", "json"], in: directory)
        #expect(json.output.contains("\"isOnlyBatch\": true"))
    }

    @Test func `a buildspec that a batch names and that does not exist causes a warning`()
        async throws
    {
        let directory = try project(
            Self.batch.replacing("ci/two.yml", with: "two.yml")
                + "    - identifier: three\n      buildspec: arn:aws:s3:::bucket/three.yml\n"
                + "    - identifier: four\n      buildspec: |\n        version: 0.2\n"
        )
        let outcome = try await BuildspecProcess.run(["validate"], in: directory)
        let lines = outcome.output.split(separator: "\n").filter { $0.contains("warning:") }
        #expect(lines.count == 1, "\(outcome.output)")
        #expect(
            lines.first?.hasPrefix("buildspec.yml:7:18: warning: there is no 'two.yml' in") == true
        )
        #expect(outcome.output.contains("[batch-buildspec]"))
        let ignored = try await BuildspecProcess.run(
            ["validate", "--strict", "--ignore", "batch-buildspec"],
            in: directory
        )
        #expect(ignored.status == 0)
    }

    @Test func `a path in a batch starts at the work tree, not at the directory of the file`()
        async throws
    {
        let directory = try project("version: 0.2\n")
        try directory.write("", to: ".git/HEAD")
        try directory.write(Self.batch.replacing("ci/two", with: "two"), to: "ci/batch.yml")
        let outcome = try await BuildspecProcess.run(["validate", "ci/batch.yml"], in: directory)
        #expect(outcome.output.contains("there is no 'two.yml' in"), "\(outcome.output)")
        #expect(outcome.output.contains("write 'ci/two.yml'"))
        #expect(!outcome.output.contains("'ci/one.yml' in"))
    }

    @Test(arguments: [
        ("./ci", "'./ci' is a directory in the source root '"),
        ("''", "this build's 'buildspec' is empty; name a file"),
        ("../outside.yml", "there is no '../outside.yml' in the source root '"),
    ])
    func `a path in a batch that is not a file of the sources causes a warning`(
        name: String,
        warning: String
    )
        async throws
    {
        let directory = try project("")
        let text = "version: 0.2\nbatch: {build-list: [{identifier: a, buildspec: \(name)}]}\n"
        try directory.write(text, to: "app/buildspec.yml")
        try directory.write(text, to: "app/ci/x")
        try directory.write("", to: "app/.git/HEAD")
        try directory.write("version: 0.2\n", to: "outside.yml")
        let outcome = try await BuildspecProcess.run(
            ["validate", "app/buildspec.yml"],
            in: directory
        )
        #expect(outcome.output.contains("warning: \(warning)"), "\(outcome.output)")
        #expect(outcome.output.contains("[batch-buildspec]"))
    }

    @Test func `a path in a batch does not name a file of the current directory`() async throws {
        let directory = try project("")
        let text = "version: 0.2\nbatch: {build-list: [{identifier: a, buildspec: ci/one.yml}]}\n"
        try directory.write(text, to: "app/buildspec.yml")
        try directory.write("", to: "app/.git/HEAD")
        let outcome = try await BuildspecProcess.run(
            ["validate", "app/buildspec.yml"],
            in: directory
        )
        #expect(outcome.output.contains("warning: there is no 'ci/one.yml' in"))
    }
}
