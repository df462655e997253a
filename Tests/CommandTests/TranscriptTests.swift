import TestSupport
import Testing

@Suite(.timed) struct TranscriptTests {
    @Test func `a transcript is parsed into commands with their status and output`() {
        let text = """
            Two commands.

            $ echo hello
            hello

            $ exit 3
            ? 3
            bye
            """
        let steps = Transcript(parsing: text).steps
        #expect(steps.map(\.command) == ["echo hello", "exit 3"])
        #expect(steps.map(\.line) == [3, 6])
        #expect(steps.map(\.status) == [0, 3])
        #expect(
            steps.map(\.output) == [
                TranscriptPattern(["hello"], firstLine: 4),
                TranscriptPattern(["bye"], firstLine: 8),
            ]
        )
    }

    @Test func `a question mark after the first line of output is output`() {
        let steps = Transcript(parsing: "$ ask\nwell\n? 3\n").steps
        #expect(steps.first?.status == 0)
        #expect(steps.first?.output.lines == ["well", "? 3"])
    }

    @Test func `a text without a command has no steps`() {
        #expect(Transcript(parsing: "only words\n").steps == [])
    }

    @Test(arguments: [
        (["a", "b"], "a\nb\n"),
        (["a", "b"], "a  \nb\n\n\n"),
        ([], ""),
        ([], "\n"),
        (["..."], ""),
        (["..."], "a\nb\n"),
        (["a", "...", "z"], "a\nz\n"),
        (["a", "...", "z"], "a\nz\nb\nz\n"),
        (["...", "x", "y", "..."], "x\nq\nx\ny\nz\n"),
        (["...", "x", "...", "x"], "x\nx\n"),
        (["took [..] s"], "took 1.25 s\n"),
        (["[..]"], "anything\n"),
        (["a[..]"], "a\n"),
        (["[..]a[..]b[..]"], "xaxbx\n"),
        (["[..]ab[..]b"], "abab\n"),
        (["a", "", "b"], "a\n\nb\n"),
    ])
    func `a pattern matches output that fits it`(pattern: [String], output: String) {
        #expect(TranscriptPattern(pattern).mismatch(in: output) == nil)
    }

    @Test(arguments: [
        (["a"], "b\n", 1, "expected 'a', found 'b'"),
        (["a"], "", 1, "expected 'a', the output ended"),
        (["a"], "a\nb\n", 2, "the output goes on with 'b'"),
        ([], "a\n", 1, "the output goes on with 'a'"),
        (["a", "b"], "a\nab\n", 2, "expected 'b', found 'ab'"),
        (["...", "z"], "a\nb\n", 2, "expected 'z', no line from line 1 of the output on fits"),
        (["...", "z"], "z\nb\n", 3, "the output goes on with 'b'"),
        (["a", "...", "x", "y"], "a\nx\nz\n", 4, "expected 'y', found 'z'"),
        (["took [..] s"], "took 1 m\n", 1, "expected 'took [..] s', found 'took 1 m'"),
        (["ab[..]ba"], "aba\n", 1, "expected 'ab[..]ba', found 'aba'"),
        ([" a"], "a\n", 1, "expected ' a', found 'a'"),
    ])
    func `a mismatch of output has its line and a description`(
        pattern: [String],
        output: String,
        line: Int,
        description: String
    ) {
        let mismatch = TranscriptPattern(pattern).mismatch(in: output)
        #expect(mismatch?.line == line)
        #expect(mismatch?.description == description)
    }
}
