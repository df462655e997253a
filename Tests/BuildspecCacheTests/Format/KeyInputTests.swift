import TestSupport
import Testing

@testable import BuildspecCache

@Suite(.timed) struct `Key inputs` {
    private func record(_ inputs: KeyInputs?) -> KeyRecord {
        var record = KeyRecord(
            scope: "s",
            key: "k",
            paths: ["./a"],
            manifest: ContentDigest(of: []),
            codec: .zstd,
            saved: 1,
            files: 1,
            bytes: 1,
            stored: 1,
            writer: "w"
        )
        record.inputs = inputs
        return record
    }

    @Test func `a key record keeps its inputs, with any characters in their names`() throws {
        let inputs = KeyInputs(
            declared: "npm-$(codebuild-hash-files \"a b\" c)\n%",
            hashes: [
                KeyInputs.Hash(
                    patterns: ["a b", "c%20"],
                    hash: "aa",
                    files: [KeyInputs.Hash.File(path: "a b\nc", digest: "ff")]
                ),
                KeyInputs.Hash(patterns: ["x"], hash: "bb", files: []),
            ]
        )
        #expect(try KeyRecord.decode(record(inputs).encode()).inputs == inputs)
        #expect(try KeyRecord.decode(record(nil).encode()).inputs == nil)
    }

    @Test func `long key inputs are truncated so that the record stays small`() throws {
        let files = (0..<100_000).map { KeyInputs.Hash.File(path: "file \($0)", digest: "ff") }
        let inputs = KeyInputs(
            declared: String(repeating: "long", count: 5_000),
            hashes: [KeyInputs.Hash(patterns: ["**"], hash: "aa", files: files)]
        )
        let bounded = inputs.bounded
        #expect(bounded.isTruncated)
        #expect(bounded.declared == nil)
        #expect(bounded.hashes[0].files.count == 500)
        #expect(record(bounded).encode().count < 100_000)
    }
}
