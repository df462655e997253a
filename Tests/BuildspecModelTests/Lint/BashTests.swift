import TestSupport
import Testing

@testable import BuildspecModel

/// Bash constructs in commands that `/bin/sh` runs.
///
/// `CommandTests/Findings/DashTests.swift` runs the same texts in dash and bash.
@Suite(.timed) struct `Bash constructs` {
    private func found(_ command: String, shell: String? = nil) -> [String] {
        let lines = command.split(separator: "\n", omittingEmptySubsequences: false)
            .map { "        \($0)\n" }.joined()
        let env = shell.map { "env: {shell: \"\($0)\"}\n" } ?? ""
        let text = "version: 0.2\n\(env)phases:\n  build:\n    commands:\n      - |\n\(lines)"
        return Buildspec.validate(Array(text.utf8)).diagnostics
            .filter { $0.name == "bash-syntax" || $0.name == "source-command" }
            .map { $0.message.split(separator: " is bash").first.map { "\($0) is bash" } ?? "" }
    }

    @Test(arguments: BashSamples.bash + BashSamples.moreBash)
    func `each bash construct that dash does not know is named in a finding`(
        sample: BashSamples.Sample
    ) {
        #expect(found(sample.text) == ["\(sample.name) is bash"])
        #expect(found(sample.text, shell: "bash").isEmpty)
        #expect(found(sample.text, shell: "/bin/bash").isEmpty)
    }

    @Test(arguments: BashSamples.portable + BashSamples.morePortable)
    func `a text that dash and bash read alike has no warning`(text: String) {
        #expect(found(text).isEmpty)
    }

    @Test(arguments: BashSamples.elsewhere)
    func `a bash text for another program has no warning`(text: String) {
        #expect(found(text).isEmpty)
    }

    @Test func `a variable that the file sets is not reported as bash's`() {
        let text =
            "version: 0.2\nenv: {variables: {UID: '5'}}\nphases:\n  build:\n    commands:\n"
            + "      - export OSTYPE=x\n      - 1️⃣echo $UID $OSTYPE $SECONDS\n"
        checkNames(
            text.replacing("1️⃣", with: "").replacing("$SEC", with: "1️⃣$SEC"),
            ["1️⃣ bash-syntax"]
        )
    }

    @Test func `an increment that dash reads as two signs does not fail in dash`() {
        let effects = ["$((i++ + 2))", "$((++i))", "$((i++))", "$((i-- * 2))"].map { text in
            Bashism.all(in: "echo \(text)").map { $0.effect == .fails }
        }
        #expect(effects == [[false], [false], [true], [true]])
    }

    @Test func `bash constructs are found in every position of a command`() {
        #expect(found("if true; then pushd x; fi") == ["'pushd' is bash"])
        #expect(found("x=$(pushd x)") == ["'pushd' is bash"])
        #expect(found("echo \"a $(echo -e b) `let x=1`\"").count == 2)
        #expect(found("(cd x && { pushd y; })") == ["'pushd' is bash"])
        #expect(found("case a in [ab]) pushd x ;; esac") == ["'pushd' is bash"])
        #expect(found("f() { pushd x; }") == ["'pushd' is bash"])
        #expect(found("cat <<EOF\n${X^^}\nEOF") == ["'${NAME^^}' is bash"])
        #expect(found("A=1 pushd x") == ["'pushd' is bash"])
        #expect(found("[ a == b ] && [ c == d ]").count == 1)
    }

    @Test func `a bash finding has the position of its construct in every YAML style`() {
        checkNames(
            """
            version: 0.2
            phases:
              build:
                commands:
                  - 1️⃣pushd x
                  - "cd x && 2️⃣pushd \\"y\\""
                  - 'cd ''x'' && 3️⃣pushd y'
                  - |
                    cd x
                    if 4️⃣[ a == b ]; then echo 5️⃣{a,b}; fi
                  - >-
                    cd x &&
                    6️⃣pushd y
                  - cd x &&
                    7️⃣pushd y
            """,
            (1...7).map { "\($0)\u{FE0F}\u{20E3} bash-syntax" }
        )
    }

    @Test func `an ignore comment above a command turns warnings off in all its lines`() {
        let text = """
            version: 0.2
            phases:
              build:
                commands:
                  # buildspec: ignore bash-syntax
                  - >
                    cd x &&
                    pushd y
                  - 1️⃣pushd z
            """
        checkNames(text, ["1️⃣ bash-syntax"])
    }

    @Test(arguments: [
        "$(", "`", "\"$(", "${", "((", "$((", "[[ ", "case a in ", "<(", "a=(", "f()",
    ])
    func `a deeply nested or broken shell text is read to its end`(piece: String) {
        let text = String(repeating: piece, count: TestScope.count(4_000, all: 20_000))
        #expect(ShellReader.features(of: text).count <= 60_000)
    }
}
