import BuildspecCache
import BuildspecModel
import BuildspecRunner
import TestSupport
import Testing

@testable import buildspec

/// The texts of numbers, durations, reports and help.
@Suite(.timed) struct WordingTests {
    @Test func `a repair that deletes nothing reports what happens to the damage`() async throws {
        let cache = BuildCache(store: DirectoryStore(try TemporaryDirectory().path))
        var found = try await cache.verify()
        var done = try await cache.repair(found)
        #expect(VerifyOutput.text(done, of: found) == "nothing to repair\n")
        found.problems = ["'v1/packs/x' is damaged"]
        #expect(
            VerifyOutput.text(done, of: found)
                == "nothing repaired; unreferenced objects are deleted when they are an hour old\n"
        )
        done.problems = ["'v1/packs/x' is a directory that is not empty; remove it by hand"]
        #expect(VerifyOutput.text(done, of: found) == "nothing repaired\n")
        // A directory instead of the object keeps the next save from writing it.
        done.removedEntries = ["v1/keys/x"]
        #expect(
            VerifyOutput.text(done, of: found)
                == "deleted the entry 'v1/keys/x': it is a miss now\n"
        )
        done.problems = []
        #expect(
            VerifyOutput.text(done, of: found).hasSuffix(", and the next save writes it again\n")
        )
    }

    @Test(arguments: [
        (0, "0.0 s"), (49, "0.0 s"), (50, "0.1 s"), (1_234, "1.2 s"), (74_200, "74.2 s"),
        (99_949, "99.9 s"), (99_950, "1 min 39 s"), (725_000, "12 min 05 s"),
        (3_725_000, "1 h 02 min"),
    ])
    func `a time is printed in a short form`(milliseconds: Int, text: String) {
        #expect(Quantity.time(.milliseconds(milliseconds)) == text)
    }

    @Test(
        arguments: [
            (0, "1970-01-01 00:00 UTC"), (-1, "1969-12-31 23:59 UTC"),
            (253_402_300_799, "9999-12-31 23:59 UTC"), (-9_223_372_037, "1677-09-21 00:12 UTC"),
            (.max, "292277026596-12-04 15:30 UTC"), (.min, "-292277022657-01-27 08:29 UTC"),
        ] as [(Int64, String)]
    )
    func `every possible time has a text`(seconds: Int64, text: String) {
        #expect(UTCTime.text(seconds) == text)
        #expect(!Quantity.time(.seconds(seconds)).isEmpty)
    }

    @Test(
        arguments: [
            (0, "0 B"), (812, "812 B"), (999, "999 B"), (1_000, "1.0 kB"), (3_449, "3.4 kB"),
            (99_949, "99.9 kB"), (99_950, "0.1 MB"), (700_000, "0.7 MB"), (522_000_000, "522.0 MB"),
            (999_950_000, "1.0 GB"), (12_340_000_000, "12.3 GB"),
            (2_000_000_000_000_000_000, "2000000000.0 GB"), (.max, "18446744073.7 GB"),
        ] as [(UInt64, String)]
    )
    func `a size is printed in a short form`(bytes: UInt64, text: String) {
        #expect(Quantity.size(bytes) == text)
    }

    @Test(arguments: [
        (0, "0 files"), (1, "1 file"), (999, "999 files"), (1_204, "1,204 files"),
        (1_234_567, "1,234,567 files"),
    ])
    func `a count is printed with separators and a plural`(number: Int, text: String) {
        #expect(Quantity.count(number, "file") == text)
    }

    @Test(arguments: [
        ("90s", 90), ("45m", 2_700), ("1h30m", 5_400), ("2h", 7_200), ("1h0m5s", 3_605),
    ])
    func `a duration is parsed`(text: String, seconds: Int) {
        #expect(DurationText.parse(text) == .success(.seconds(seconds)))
    }

    @Test(arguments: [
        ("90", DurationText.Problem.noUnit("90")), ("1h30", .noUnit("1h30")), ("", .malformed("")),
        ("30m1h", .malformed("30m1h")), ("1w", .malformed("1w")), ("m", .malformed("m")),
        ("-5s", .malformed("-5s")), ("0s", .zero("0s")),
        ("99999999999999999999s", .malformed("99999999999999999999s")),
    ])
    func `a text that is not a duration is refused`(text: String, problem: DurationText.Problem) {
        #expect(DurationText.parse(text) == .failure(problem))
    }

    @Test func `a restore is reported in one line`() {
        func text(_ outcome: RestoreReport.Outcome, files: Int = 0, unchanged: Int = 0) -> String {
            CacheText.restored(
                RestoreReport(
                    outcome: outcome,
                    files: files,
                    filesUnchanged: unchanged,
                    bytes: 522_000_000
                )
            )
        }
        #expect(text(.miss(reason: "no entry")) == "nothing restored: no entry")
        #expect(text(.exact(key: nil), files: 27_136) == "restored 27,136 files, 522.0 MB")
        #expect(
            text(.exact(key: "k"), files: 2, unchanged: 1)
                == "restored 2 files, 522.0 MB, 1 file unchanged, key 'k'"
        )
        #expect(
            text(.fallback(key: "npm-"), files: 2, unchanged: 2)
                == "restored 2 files, 522.0 MB, all unchanged, fallback key 'npm-'"
        )
    }

    @Test func `a table contains no control characters`() {
        var table = TextTable(["KEY", "FILES"])
        table.add(["a\nb\u{1B}[31m", "1"])
        table.add(["é", "22"])
        #expect(table.text == "KEY        FILES\na\\nb\u{FFFD}[31m  1\né          22\n")
    }

    @Test func `a prune reports the objects that wait for the grace period`() {
        var report = PruneReport()
        report.keptEntries = 1
        report.keptBytes = 3_000_000
        report.pendingObjects = 2
        report.pendingBytes = 2_000_000
        #expect(
            PruneOutput.text(report, isDry: false)
                == "2 unreferenced objects (2.0 MB) wait for the end of the grace period\n"
                + "deleted 0 objects (0 B); 1 entry (1.0 MB) stays\n"
        )
        (report.pendingObjects, report.isShared) = (1, true)
        #expect(
            PruneOutput.text(report, isDry: false).contains(
                "1 marked object (2.0 MB) waits for the end of the grace period\n"
            )
        )
    }

    @Test func `a save is reported in one line`() {
        func text(_ outcome: SaveReport.Outcome, stored: UInt64 = 0, reused: UInt64 = 0) -> String {
            CacheText.saved(
                SaveReport(outcome: outcome, files: 3, bytesStored: stored, bytesReused: reused)
            )
        }
        #expect(text(.alreadyStored) == "not saved: the key is already stored")
        #expect(text(.nothingToSave) == "not saved: no file matches the cache paths")
        #expect(
            CacheText.outcome(.saved(SaveReport(outcome: .nothingToSave)))
                == "not saved: no file matches the cache paths; "
                + "'buildspec plan' counts what each path matches"
        )
        #expect(
            text(.saved, stored: 700_000, reused: 11_600_000)
                == "saved 3 files: 0.7 MB stored, 11.6 MB reused"
        )
        #expect(text(.saved, reused: 11_600_000) == "saved 3 files, unchanged")
        var pruned = SaveReport(outcome: .saved, files: 3)
        pruned.entriesRemoved = 2
        #expect(CacheText.saved(pruned) == "saved 3 files, unchanged; 2 old entries deleted")
        pruned.bytesRemoved = 5_000_000
        #expect(CacheText.saved(pruned).hasSuffix("; 2 old entries deleted (5.0 MB)"))
    }

    @Test func `output is coloured only on a terminal that supports it`() {
        #expect(TextStyle.forOutput(isTerminal: true, [:]).isColoured)
        #expect(!TextStyle.forOutput(isTerminal: false, [:]).isColoured)
        #expect(!TextStyle.forOutput(isTerminal: true, ["NO_COLOR": "1"]).isColoured)
        #expect(TextStyle.forOutput(isTerminal: true, ["NO_COLOR": ""]).isColoured)
        #expect(!TextStyle.forOutput(isTerminal: true, ["TERM": "dumb"]).isColoured)
        #expect(TextStyle(isColoured: true).good("x") == "\u{1B}[32mx\u{1B}[0m")
        #expect(TextStyle.plain.good("x") == "x")
    }

    @Test func `'--version' prints the version`() async throws {
        let outcome = try await BuildspecProcess.run(["--version"], in: TemporaryDirectory())
        #expect(outcome.status == 0 && outcome.output == "0.1.0\n")
    }

    @Test(arguments: [
        (["run"], "  0    success: every phase succeeded\n  1    a phase failed, "),
        (
            ["cache", "diff"],
            "  0    success\n  1    the entries differ, with --exit-code\n  3    the entry does not "
        ),
        (
            ["cache", "restore"],
            "  1    nothing was restored, with --fail-on-miss\n  3    the cache "
        ),
        (
            ["cache", "verify"],
            "  0    success\n  3    the store is damaged, or could not be read\n"
        ),
        (["cache", "import"], "  3    the archive is refused, "),
        (["hash-files"], "  0    success\n  3    no file matches, or a file could not be read\n"),
    ])
    func `the help of a command lists its exit statuses`(
        command: [String],
        lines: String
    ) async throws {
        let outcome = try await BuildspecProcess.run(
            command + ["--help"],
            in: TemporaryDirectory()
        )
        #expect(outcome.output.contains("\nEXIT STATUS:\n"))
        #expect(outcome.output.contains(lines), "\(outcome.output)")
    }

    @Test(arguments: [["run", "--help"], ["cache", "--help"]])
    func `the discussion in the help ends with the exit statuses`(arguments: [String]) async throws
    {
        let outcome = try await BuildspecProcess.run(arguments, in: TemporaryDirectory())
        #expect(outcome.status == 0)
        #expect(outcome.output.contains("\nEXIT STATUS:\n  0    success"))
        #expect(outcome.output.contains("\n  64   the command line is invalid\n"))
    }
}
