import BuildspecModel
import TestSupport
import Testing

@Suite(.timed) struct `Mistakes in phases and commands` {
    @Test func `a command that reads as a mapping is shown with quotes (build-spec-ref: commands)`()
    {
        let text = """
            version: 0.2
            phases:
              build:
                commands:
                  - make
                  - 1️⃣echo "Hello: world"
                  - 2️⃣echo done:
                  - 3️⃣{ echo a; }
            """
        check(
            text,
            [
                "1️⃣ error command-mapping: this command reads as a mapping because of the ': ' in"
                    + " column 20 (quotes inside a command do not help); quote the whole command:"
                    + " - 'echo \"Hello: world\"'",
                "2️⃣ error command-mapping: this command reads as a mapping because of the ':' at its"
                    + " end in column 18; quote the whole command: - 'echo done:'",
                "3️⃣ error command-mapping: this command reads as a mapping because it begins with"
                    + " '{'; quote the whole command: - '{ echo a; }'",
            ]
        )
        let finding = Buildspec.parse(Array(MarkedText(text).text.utf8)).diagnostics.first
        #expect(
            finding?.codeBuild
                == "YAML_FILE_ERROR Message: Expected Commands[1] to be of string type: found subkeys"
                + " instead at line 6, value of the key tag on line 5 might be empty"
        )
    }

    @Test func `a list in a list of commands is an error`() {
        check(
            """
            version: 0.2
            phases:
              build:
                commands:
                  - 1️⃣- make
                  - 2️⃣[ make ]
            """,
            [
                "1️⃣ error command-list: this command is a list in a list; write one '-' per command,"
                    + " each in the same column",
                "2️⃣ error command-list: this command reads as a list because it begins with '[';"
                    + " quote the whole command: - '[ make ]'",
            ]
        )
    }

    @Test func `commands can be empty, have an empty item or be one text, as on CodeBuild`() throws
    {
        let text = """
            version: 0.2
            phases:
              install:
                commands:
              pre_build:
                commands:
                  -1️⃣
                  - make
              build:
                commands: 2️⃣make all; make test
            """
        check(
            text,
            [
                "1️⃣ warning empty-command: this command is empty; remove the '-' or comment it out too",
                "2️⃣ warning commands-text: 'phases.build.commands' is a text, not a list; write each"
                    + " command as an item, '- …'",
            ]
        )
        let phases = try parsed(MarkedText(text).text).phases
        #expect(phases[.install]?.commands == [])
        #expect(phases[.preBuild]?.commands.map(\.value) == ["", "make"])
        #expect(phases[.build]?.commands.map(\.value) == ["make all; make test"])
    }

    @Test func `a number, boolean or date as a command is its source text`() throws {
        let buildspec = try parsed(
            "version: 0.2\nphases: {build: {commands: [1.10, true, 0x1F, 2020-01-01]}}"
        )
        #expect(
            buildspec.phases[.build]?.commands.map(\.value) == [
                "1.10", "true", "0x1F", "2020-01-01",
            ]
        )
    }

    @Test func `an unknown phase is an error that suggests a known one`() {
        check(
            """
            version: 0.2
            phases:
              1️⃣post-build:
                commands: [make]
              2️⃣Build:
                commands: [make]
              3️⃣deploy:
                commands: [make]
              4️⃣artifacts:
                files: [a]
            """,
            [
                "1️⃣ error unknown-phase: unknown phase 'post-build'; did you mean 'post_build'?",
                "2️⃣ error unknown-phase: unknown phase 'Build'; did you mean 'build'?",
                "3️⃣ error unknown-phase: unknown phase 'deploy'; the phases are 'install',"
                    + " 'pre_build', 'build' or 'post_build'",
                "4️⃣ error unknown-phase: 'artifacts' is not a phase; it belongs at the top level,"
                    + " check the indentation",
            ]
        )
    }

    @Test func `a lenient parse ignores an unknown phase`() throws {
        let text = "version: 0.2\nphases:\n  deploy:\n    commands: [make]\n"
        let buildspec = try parsed(text, options: ParseOptions(isLenient: true))
        #expect(buildspec.phases.isEmpty)
    }

    @Test func `an unknown key of a phase is reported with a suggestion`() {
        check(
            """
            version: 0.2
            phases:
              build:
                commands: [make]
                1️⃣Commands: [make]
                2️⃣steps: [make]
                3️⃣post_build:
                  commands: [make]
                4️⃣timeout: 5
                5️⃣runtime-versions: {java: corretto17}
            """,
            [
                "1️⃣ error recased-key: unknown key 'Commands' in 'phases.build'; write 'commands' in"
                    + " exactly these letters",
                "2️⃣ warning unknown-key: unknown key 'steps' in 'phases.build'; did you mean"
                    + " 'commands'?",
                "3️⃣ warning misplaced-key: 'post_build' has no meaning in 'phases.build'; it belongs"
                    + " under 'phases', check the indentation",
                "4️⃣ warning unknown-key: unknown key 'timeout' in 'phases.build'; it can have"
                    + " 'run-as', 'on-failure', 'commands' or 'finally'",
                "5️⃣ warning misplaced-key: 'runtime-versions' has no meaning in 'phases.build'; it"
                    + " belongs under 'phases.install', check the indentation",
            ]
        )
    }

    @Test func `phases at the top level are an error`() {
        check(
            "version: 0.2\nphases:\n1️⃣build:\n  commands: [make]\n",
            [
                "1️⃣ error phases-at-top: 'phases' is empty and 'build' is at the top level;"
                    + " indent under 'phases:'"
            ]
        )
    }

    @Test func `a phase that is not a mapping is reported with the missing key`() {
        check(
            """
            version: 0.2
            phases:
              1️⃣install:
              pre_build: 2️⃣make
              build:
                3️⃣- make
            """,
            [
                "1️⃣ warning null-section: 'phases.install' has nothing under it; remove it, or indent"
                    + " what belongs to it",
                "2️⃣ error wrong-type: 'phases.pre_build' must be a mapping, not text; write"
                    + " 'commands:' under 'pre_build:'",
                "3️⃣ error wrong-type: 'phases.build' must be a mapping, not a list; write"
                    + " 'commands:' under 'build:'",
            ]
        )
    }

    @Test func `phases that are listed in another order than they run are a warning`() {
        check(
            "version: 0.2\nphases:\n  build: {commands: [b]}\n  1️⃣install: {commands: [a]}\n",
            ["1️⃣ warning phase-order: 'install' comes after 'build' but runs before it"]
        )
    }

    @Test func `runtime versions that are not a mapping of names to versions are an error`() {
        check(
            """
            version: 0.2
            phases:
              install:
                runtime-versions:
                  1️⃣ruby:
                  2️⃣commands: [make]
            """,
            [
                "1️⃣ error wrong-type: the runtime 'ruby' has no version; write a version or 'latest'",
                "2️⃣ error wrong-type: 'commands' is under 'runtime-versions'; indent it less,"
                    + " like 'runtime-versions'",
            ]
        )
        check(
            "version: 0.2\nphases: {install: {runtime-versions: 1️⃣python:3.8}}",
            [
                "1️⃣ error wrong-type: 'phases.install.runtime-versions' must be a mapping, not text;"
                    + " a space is missing after the ':'"
            ]
        )
    }

    @Test(arguments: ["0.3", "1.0", "0.20", "2", "latest"])
    func `an unknown buildspec version is an error (build-spec-ref: version)`(text: String) {
        check(
            "version: 1️⃣\(text)\nphases: {}",
            [
                "1️⃣ error version: there is no buildspec version '\(text)'; write 0.2, or 0.1 for the"
                    + " old behaviour"
            ]
        )
    }

    @Test func `a buildspec file without a version is an error`() {
        check(
            "1️⃣phases: {build: {commands: [a]}}",
            ["1️⃣ error missing-key: 'version' is missing; begin with 'version: 0.2'"]
        )
    }
}
