import BuildspecFiles
import TestSupport
import Testing

@Suite(.timed) struct `File times` {
    private let now = FileTime(seconds: 1_000, nanoseconds: 1_000_000)

    @Test(arguments: [Int64.min, .max])
    func `the smallest and largest file times hide no changes and do not crash`(
        seconds: Int64
    ) throws {
        var status = try #require(try TemporaryDirectory().handle.status(".".utf8))
        status.changed = FileTime(seconds: seconds, nanoseconds: 0)
        #expect(!status.mayHideChanges(at: now))
    }

    @Test func `a file time can hide a change for a tick of the clock`() throws {
        var status = try #require(try TemporaryDirectory().handle.status(".".utf8))
        for (seconds, nanoseconds, hides) in [
            (1_000, 1_000_000, true), (999, 999_000_000, true), (1_000, 1_000_001, false),
            (999, 900_000_000, false), (998, 999_000_000, false),
        ] as [(Int64, Int32, Bool)] {
            status.changed = FileTime(seconds: seconds, nanoseconds: nanoseconds)
            #expect(status.mayHideChanges(at: now) == hides, "\(seconds).\(nanoseconds)")
        }
    }
}
