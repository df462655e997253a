import BuildspecModel
import TestSupport
import Testing

@Suite(.timed) struct `Mistakes in the environment` {
    @Test func `a variable in a value is reported as literal (build-spec-ref: env/variables)`() {
        check(
            """
            version: 0.2
            phases: {build: {commands: [make]}}
            env:
              variables:
                A: 1️⃣${HOME}/x
                B: costs 5$
                PATH: 2️⃣$PATH:/x
                3️⃣CODEBUILD_X: 1
                CODEBUILD_CONFIG_AUTO_DISCOVER: false
                4️⃣my-name: x
                5️⃣EMPTY:
                L: 6️⃣[a]
            """,
            [
                "1️⃣ warning literal-variable: '${HOME}' is not replaced here, the value is this very"
                    + " text; set it with a command: 'export A=…'",
                "2️⃣ warning path-destroyed: '$PATH' is not replaced here: this destroys PATH and no"
                    + " command is found any more; write 'export PATH=\"…\"' as the first command",
                "3️⃣ warning reserved-variable: names that begin with CODEBUILD_ are reserved;"
                    + " 'CODEBUILD_X' is ignored",
                "4️⃣ warning variable-name: no shell can use a variable named 'my-name'; use letters,"
                    + " digits and '_'",
                "5️⃣ warning null-variable: 'EMPTY' has no value and becomes an empty text; write \"\""
                    + " to say so",
                "6️⃣ error wrong-type: the value of 'L' in 'env.variables' must be text, not a list",
            ]
        )
    }

    @Test func `names outside of an empty 'variables' mapping are reported as misplaced`() {
        check(
            """
            version: 0.2
            phases: {build: {commands: [make]}}
            env:
              variables:
              1️⃣TAG_NAME: latest
              2️⃣secrets: {A: b}
            """,
            [
                "1️⃣ warning misplaced-key: 'TAG_NAME' is directly in 'env'; indent it under"
                    + " 'variables:'",
                "2️⃣ warning misplaced-key: 'secrets' is directly in 'env'; indent it under"
                    + " 'variables:'",
            ]
        )
    }

    @Test func `the key names of version 0·1 are read in version 0·2 with a warning`() throws {
        let text = "version: 0.2\nphases: {}\n1️⃣environment_variables: {plaintext: {A: b}}\n"
        check(
            text,
            [
                "1️⃣ warning old-syntax: 'environment_variables' is the name in version 0.1; write"
                    + " 'env' with 'variables'"
            ]
        )
        #expect(try parsed(MarkedText(text).text).env.variables.map(\.name) == ["A"])
    }

    @Test(arguments: ["a:b:c:d:e", "arn:aws:x", ":key", "id:key:AWSCURRENT:v1"])
    func `an invalid secret reference in a file is reported (env: secrets-manager)`(text: String) {
        let names = Buildspec.parse(
            Array("version: 0.2\nphases: {}\nenv: {secrets-manager: {S: '\(text)'}}".utf8)
        ).diagnostics.map(\.name)
        #expect(names == ["secret-reference"])
    }

    @Test(arguments: [
        "name", "name:key", "name:key::v1", "arn:aws:secretsmanager:r:1:secret:n-AbC:KEY::",
    ])
    func `the forms of secret references in the guide have no finding`(text: String) {
        check("version: 0.2\nphases: {}\nenv: {secrets-manager: {S: '\(text)'}}", [])
    }
}
