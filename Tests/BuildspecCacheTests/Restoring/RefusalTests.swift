import TestSupport
import Testing

@testable import BuildspecCache

/// The notes about the entries that a policy refuses.
@Suite(.timed) struct `Refused entries` {
    @Test(arguments: [(4, 4), (5, 4), (200, 4)])
    func `each refused entry is reported once, the first ones by name and the rest by number`(
        count: Int,
        lines: Int
    ) throws {
        let refusing = PolicyEnforcer(CachePolicy(keys: [], requiresSigned: true))
        for number in Array(0..<count) + Array(0..<count) {
            let record = KeyRecord(
                scope: "p",
                key: "k\(number)",
                paths: ["./a"],
                manifest: ContentDigest(of: []),
                codec: .zstd,
                saved: 0,
                files: 0,
                bytes: 0,
                stored: 0,
                writer: "w"
            )
            #expect(throws: CacheError.self) { try refusing.check(record) }
        }
        let notes = refusing.drainNotes()
        #expect(notes.count == lines && notes[2].hasPrefix("the entry 'k2' of 'p' is refused: "))
        #expect((notes[3] == "\(count - 3) more entries are refused") == (count > 4), "\(notes)")
        #expect(refusing.drainNotes() == [])
    }
}
