import BuildspecModel
import TestSupport
import Testing

@Suite(.timed) struct `Batches` {
    @Test func `a build graph is read (batch build buildspec reference)`() throws {
        let buildspec = try parsed(
            """
            version: 0.2
            batch:
              fast-fail: true
              build-graph:
                - identifier: base
                  ignore-failure: true
                - identifier: 32bit
                  buildspec: ci/32.yml
                  debug-session: true
                  depend-on: [base]
                  env:
                    compute-type: BUILD_GENERAL1_SMALL
                    image: img
                    privileged-mode: true
                    type: LINUX_CONTAINER
                    variables: {A: 1}
            """
        )
        let batch = try #require(buildspec.batch)
        #expect(batch.fastFail)
        guard case .graph(let builds) = batch.kind else {
            Issue.record("no graph")
            return
        }
        #expect(builds.map(\.identifier.value) == ["base", "32bit"])
        #expect(builds[0].ignoreFailure)
        #expect(builds[1].dependsOn.map(\.value) == ["base"])
        #expect(builds[1].environment.privilegedMode == true)
        #expect(builds[1].environment.variables.map(\.value.value) == ["1"])
    }

    @Test func `a build matrix and a build fan-out are read`() throws {
        let matrix = try parsed(
            """
            version: 0.2
            batch:
              build-matrix:
                static: {ignore-failure: false, env: {type: LINUX_CONTAINER, privileged-mode: true}}
                dynamic:
                  buildspec: [a.yml, b.yml]
                  env:
                    compute-type: [s]
                    image: [i]
                    variables: {V: [1, 2, 3]}
            """
        )
        guard case .matrix(let values) = matrix.batch?.kind else {
            Issue.record("no matrix")
            return
        }
        #expect(values.buildspecs.count == 2 && values.images.count == 1)
        #expect(values.variables.first?.values.map(\.value) == ["1", "2", "3"])
        let fanout = try parsed("version: 0.2\nbatch: {build-fanout: {parallelism: 5}}")
        #expect(fanout.batch?.kind == .fanout(BatchFanout(parallelism: 5)))
    }

    private let broken = """
        version: 0.2
        phases: {}
        batch:
          build-graph:
            - identifier: 1️⃣a-b
            - identifier: c
              depend-on: 2️⃣d
            - identifier: 3️⃣d
              depend-on: [c, 4️⃣e]
            - identifier: 5️⃣d
            - 6️⃣buildspec: x
        """

    @Test func `the mistakes that keep a batch from starting are errors`() {
        check(
            broken,
            [
                "1️⃣ error batch-identifier: a build's identifier has only letters, digits and '_';"
                    + " write 'a_b' for 'a-b'",
                "2️⃣ error wrong-type: 'depend-on' must be a list; write '- d' under it",
                "4️⃣ error batch-dependency: there is no build 'e' to wait for; did you mean 'c'?",
                "5️⃣ error batch-identifier: 'd' is the identifier of two builds, the first on line 8",
                "6️⃣ error missing-key: 'batch.build-graph' needs 'identifier'",
            ]
        )
    }

    @Test func `a cycle of builds is an error that names them`() {
        check(
            """
            version: 0.2
            batch:
              build-graph:
                - identifier: 1️⃣a
                  depend-on: [b]
                - identifier: b
                  depend-on: [a]
            """,
            [
                "1️⃣ error batch-dependency: these builds wait for one another and can never start: a, b"
            ]
        )
    }

    @Test func `a single build starts with mistakes in the batch section`() {
        let result = Buildspec.parse(Array(MarkedText(broken).text.utf8))
        #expect(result.buildspec != nil)
        #expect(result.diagnostics.count == 5)
    }

    @Test func `a batch without a kind or with two kinds is reported`() {
        check(
            "version: 0.2\n1️⃣batch: {fast-fail: true}",
            [
                "1️⃣ warning batch-kind: 'batch' names no builds; it needs 'build-list',"
                    + " 'build-graph', 'build-matrix' or 'build-fanout'"
            ]
        )
        check(
            "version: 0.2\nbatch: {build-list: [{identifier: a}], 1️⃣build-fanout: {parallelism: 2️⃣0}}",
            [
                "1️⃣ error batch-kind: 'build-fanout' and 'build-list' exclude each other; a batch"
                    + " has exactly one of them"
            ]
        )
    }

    @Test(arguments: ["build-list", "build-graph"], ["", " []", " [~]"])
    func `an empty list of builds is an error in a batch`(kind: String, value: String) {
        let text = MarkedText("version: 0.2\nbatch:\n  1️⃣\(kind):\(value)\n")
        let finding =
            "1️⃣ error batch-kind: 'batch.\(kind)' lists no builds, so there is nothing to start; add"
            + " one with '- identifier:'"
        #expect(found(text).contains(finding), "\(found(text))")
        #expect(found(text, isLenient: true).allSatisfy { $0.contains(" warning ") })
        let single = Buildspec.parse(Array(text.text.utf8))
        #expect(single.buildspec != nil && single.diagnostics.map(\.name).contains("batch-kind"))
    }

    @Test(arguments: [
        ("buildspec", "{1️⃣buildspec: []}"), ("env.image", "{env: {1️⃣image: []}}"),
        ("env.compute-type", "{env: {1️⃣compute-type: [ ], image: [i]}}"),
        ("env.variables.V", "{env: {variables: {W: [1], 1️⃣V: []}}}"),
    ])
    func `an empty list in a build matrix is an error`(key: String, dynamic: String) {
        let text = MarkedText("version: 0.2\nbatch: {build-matrix: {dynamic: \(dynamic)}}\n")
        #expect(
            found(text) == [
                "1️⃣ error batch-kind: 'batch.build-matrix.dynamic.\(key)' is an empty list, so"
                    + " there is no combination to build; add a value, or remove the key"
            ]
        )
        #expect(found(text, isLenient: true).first?.contains("warning") == true)
    }

    @Test func `a build matrix without values and a key without a list in it are warnings`() {
        check(
            "version: 0.2\nbatch: {1️⃣build-matrix: {static: {ignore-failure: true}}}",
            [
                "1️⃣ warning batch-kind: 'batch.build-matrix' has no values under 'dynamic', so there"
                    + " is nothing to combine"
            ]
        )
        check(
            """
            version: 0.2
            batch:
              build-matrix:
                dynamic: {buildspec: [a.yml], env: {1️⃣image: }}
            """,
            [
                "1️⃣ warning null-section: 'batch.build-matrix.dynamic.env.image' has nothing under"
                    + " it; remove it, or indent what belongs to it"
            ]
        )
        check("version: 0.2\nbatch: {build-list: [{identifier: a, env: {variables: {}}}]}", [])
    }

    private func found(_ text: MarkedText, isLenient: Bool = false) -> [String] {
        var options = ValidationOptions()
        options.parsing.isLenient = isLenient
        return Buildspec.validate(Array(text.text.utf8), options: options).diagnostics.map {
            "\(text.mark(at: $0.range.start)) \($0.severity.rawValue) \($0.name): \($0.message)"
        }
    }
}
