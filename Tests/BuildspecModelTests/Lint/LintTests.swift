import BuildspecModel
import TestSupport
import Testing

@Suite(.timed) struct `Lint rules` {
    private func check(
        _ lines: String,
        _ expected: [String],
        env: String = "",
        sourceLocation: SourceLocation = #_sourceLocation
    ) {
        checkNames(
            buildspecText(commands: lines, env: env),
            expected,
            sourceLocation: sourceLocation
        )
    }

    @Test func `a comment that cuts off a part of a command is reported`() {
        check("- echo a 1️⃣#b c", ["1️⃣ comment-cut"])
        check("- echo \"a 1️⃣# b\"", ["1️⃣ comment-cut"])
        check("- x=$(cat f 1️⃣# b)", ["1️⃣ comment-cut"])
        check("- apt-get install x # a comment as people write it", [])
        check("- echo a#b\n- echo '#b'\n- 'echo #b'", [])
        checkNames(
            "version: 0.2\nphases: {}\nenv:\n  variables:\n    A: x 1️⃣#y\n    B: x # y\n",
            ["1️⃣ comment-cut"]
        )
    }

    @Test func `a backslash at the end of a folded line is reported`() {
        check("- 1️⃣aws s3 cp \\\n    a b", ["1️⃣ backslash-fold"])
        check(
            "- >\n  1️⃣aws s3 cp \\\n  a b",
            ["1️⃣ backslash-fold"]
        )
        check("- |\n  aws s3 cp \\\n    a b", [])
        check("- \"aws \\\n   s3\"", [])
    }

    @Test func `a backslash at the end of a command is reported`() {
        check("- 1️⃣echo start \\", ["1️⃣ trailing-backslash"])
        check("- echo start \\\\", [])
    }

    @Test func `a list item with too much indentation is reported`() {
        check("- make\n  1️⃣- make test\n- make install", ["1️⃣ folded-item"])
        check("- tar xf -\n    -C x", [])
    }

    @Test func `a here-document that never ends is reported`() {
        check("- 1️⃣cat << EOF > run.sh\n  echo a\n  EOF", ["1️⃣ folded-heredoc"])
        check("- |\n  1️⃣cat <<EOF\n  a\n   EOF", ["1️⃣ open-heredoc"])
        check("- |\n  cat <<-'EOF'\n  it's\n  EOF\n  make", [])
    }

    @Test func `statements that YAML joins are reported`() {
        check("- >\n  make\n  1️⃣cd build", ["1️⃣ folded-script"])
        check("- >\n  make &&\n  cd build", [])
        check("- if [ -f x ]; then\n    echo a;\n  fi", [])
    }

    @Test func `quotes that a shell would find open are reported`() {
        check("- 1️⃣echo \"a", ["1️⃣ unbalanced-quote"])
        check("- 1️⃣x=$(y \"a)", ["1️⃣ unbalanced-quote"])
        check("- echo \"$(echo \"it's\")\" 'a\"b' \\' # don't", [])
        check("- |\n  echo '\n  a' \"b\n  c\"\n  # don't", [])
    }

    @Test func `a negation or a first word that YAML removes is reported`() {
        check("- 1️⃣! grep x y", ["1️⃣ bang-eaten"])
        check("- &foo 1️⃣echo x", ["1️⃣ anchor-eaten"])
        check("- &foo echo x\n- *foo", [])
    }

    @Test func `options, exits and functions that end with their item are reported`() {
        check(
            "- 1️⃣set -e\n- 2️⃣set -o pipefail; set -u",
            ["1️⃣ shell-option", "2️⃣ bash-syntax", "2️⃣ shell-option"]
        )
        check("- set -e; make\n- set -- a b", [])
        check("- 1️⃣exit 0\n- make\n- exit 0", ["1️⃣ exit-item"])
        check("- f() { make; }\n- 1️⃣f", ["1️⃣ function-lost"])
        check("- |\n  f() { make; }\n  f", [])
    }

    @Test func `bash constructs are reported unless the file selects bash`() {
        let lines = """
            - if 1️⃣[[ -f x ]]; then make; fi
            - 2️⃣source venv/bin/activate
            - 3️⃣cat <<< x
            - 4️⃣diff <(a) <(b)
            - 5️⃣a=(1 2)
            """
        let unmarked = MarkedText(lines).text
        check(unmarked, [], env: "env:\n  shell: bash\n")
        let found = ["bash-syntax", "source-command", "bash-syntax", "bash-syntax", "bash-syntax"]
        let text = buildspecText(commands: unmarked)
        #expect(Buildspec.validate(Array(text.utf8)).diagnostics.map(\.name) == found)
        check(
            "- . venv/bin/activate\n- \"[ -f x ]\"\n- echo '[[ a ]]'\n- grep -E '[[:space:]]' f",
            []
        )
    }

    @Test func `secrets in commands' output and in the file are reported`() {
        let env = "env:\n  secrets-manager: {PASS: a:b}\n"
        check("- 1️⃣echo $PASS\n- 2️⃣echo \"x ${PASS}\"", ["1️⃣ secret-echo", "2️⃣ secret-echo"], env: env)
        check(
            "- echo $PASS | docker login --password-stdin\n- echo \"$PASS\" > f\n- echo '$PASS' $PASSED",
            [],
            env: env
        )
        checkNames(
            "version: 0.2\nphases: {}\nenv:\n  variables:\n    K: 1️⃣AKIAABCDEFGHIJKLMNOP\n",
            ["1️⃣ plaintext-secret"]
        )
    }

    @Test func `a message shows a command block without its last line break`() {
        let text = buildspecText(commands: "- |\n  set -x")
        let message = Buildspec.validate(Array(text.utf8)).diagnostics.first?.message ?? ""
        #expect(message.hasPrefix("'set -x' holds only in this item"))
    }

    @Test func `typographic characters in a command are reported`() {
        check("- 1️⃣docker login –u x", ["1️⃣ typographic-character"])
        check("- echo “hello”\n- make # “x”", [])
    }
}

@Suite(.timed) struct `Ignored warnings` {
    private let text = """
        version: 0.2
        phases:
          build:
            commands:
              - 1️⃣set -e
              - 2️⃣source x
              - 3️⃣set -u
        """

    @Test func `an option turns warnings off by name`() {
        checkNames(text, ["1️⃣ shell-option", "2️⃣ source-command", "3️⃣ shell-option"])
        checkNames(
            text,
            ["2️⃣ source-command"],
            options: ValidationOptions(ignored: ["shell-option"])
        )
    }

    @Test func `a comment turns warnings off for its line, the next line or the file`() {
        checkNames(
            text.replacing("set -e", with: "set -e # buildspec: ignore shell-option"),
            ["2️⃣ source-command", "3️⃣ shell-option"]
        )
        checkNames(
            """
            version: 0.2
            phases:
              build:
                commands:
                  # buildspec: ignore shell-option, source-command
                  - set -e
                  - 2️⃣source x
            """,
            ["2️⃣ source-command"]
        )
        checkNames(
            "# buildspec: ignore shell-option\n# buildspec: ignore source-command\n\n"
                + MarkedText(text).text,
            []
        )
    }

    @Test func `an ignore comment with an unknown name or an error's name is reported`() {
        checkNames(
            "1️⃣# buildspec: ignore shell-optoin, version\nversion: 2️⃣0.3\nphases: {}\n",
            ["1️⃣ ignore-comment", "1️⃣ ignore-comment", "2️⃣ version"]
        )
        let result = Buildspec.validate(
            Array("version: 0.3\nphases: {}\n".utf8),
            options: ValidationOptions(ignored: ["version"])
        )
        #expect(result.count(.error) == 1)
    }

    @Test func `strict validation fails a file with a warning`() {
        let bytes = Array(MarkedText(text).text.utf8)
        #expect(Buildspec.validate(bytes).passes)
        #expect(!Buildspec.validate(bytes, options: ValidationOptions(isStrict: true)).passes)
    }
}

@Suite(.timed) struct `Lint speed` {
    /// The limit is ten times the one of a release build.
    @Test func `a file of 200 lines is validated in less than 50 ms`() {
        var text = "version: 0.2\nphases:\n  build:\n    commands:\n"
        for index in 0..<196 { text += "      - echo \"line $\(index)\" && make target-\(index)\n" }
        let bytes = Array(text.utf8)
        let times = (0..<5).map { _ in processorTime { _ = Buildspec.validate(bytes) } }
        #expect(times.min() ?? .zero < .milliseconds(50))
    }
}

/// YAML 1.1, "Folded Style": lines that are indented more, and empty lines, keep their breaks.
@Suite(.timed) struct `Folded lines` {
    private func names(_ command: String) -> [String] {
        let text = buildspecText(commands: command)
        return Buildspec.validate(Array(text.utf8)).diagnostics.map(\.name)
    }

    @Test(arguments: [
        "- >\n  aws s3 cp \\\n    a \\\n    b",
        "- >-\n  docker build \\\n    -t x \\\n    .\n",
        "- >\n  if true; then\n    echo a\n    cd b\n  fi",
        "- >\n  for i in a; do\n    echo $i\n  done",
        "- >\n  make\n\n  cd build",
        "- >\n    indented \\\n      more\n",
        "- >2\n    make \\\n    test\n    cd x",
        "- >\n  cat <<EOF >x\n    a\n\n  EOF\n",
        "- make &&\n\n  cd build",
        "- >\n  cd a\n  && npm ci",
        "- >\n  cd a\n  2>&1\n  | cat",
        "- cd -P\n  a",
        "- cd $(dirname\n  x)",
        "- \"echo \\\"a\n  echo b\\\"\"",
        "- 'echo \"a\n  b\n  echo c\"'",
        "- 'echo it''s\n  echo x''s'",
    ])
    func `lines that YAML does not join have no finding`(command: String) {
        #expect(names(command).filter { $0.contains("fold") } == [])
    }

    @Test(arguments: [
        ("- >\n  aws s3 cp \\\n  a b", "backslash-fold"),
        ("- >\n  aws \\\n    s3 \\\n  cp\n  a \\\n  b", "backslash-fold"),
        ("- aws s3 cp \\\n     a b", "backslash-fold"),
        ("- 'aws s3 cp \\\n   a b'", "backslash-fold"),
        ("- >\n  make\n  cd build", "folded-script"),
        ("- make\n  cd build", "folded-script"),
        ("- \"make\n  cd build\"", "folded-script"),
        ("- 'make\n  cd build'", "folded-script"),
        ("- \"cd a\n  npm ci\"", "folded-script"),
        ("- >\n  cd a\n  pwd\n  npm ci", "folded-script"),
        ("- make && cd a\n  npm ci", "folded-script"),
        ("- >\n  cat <<EOF >x\n  a\n  EOF\n", "folded-heredoc"),
    ])
    func `lines that YAML joins are reported in every style`(command: String, name: String) {
        #expect(names(command).contains(name))
    }
}
