import BuildspecFiles
import BuildspecModel
import SystemPackage
import TestSupport
import Testing

@testable import BuildspecRunner
@testable import buildspec

/// The parts of the pretty log that need no terminal.
@Suite(.timed) struct LiveRegionTests {
    @Test(arguments: [
        ("plain", "plain"), ("a\tb", "a       b"), ("10%\r20%", "20%"), ("done\r", "done"),
        ("ab\u{8}c", "ac"), ("\u{1B}[31mred\u{1B}[0m", "red"), ("\u{1B}]0;title\u{7}text", "text"),
        ("\u{1B}]8;;x\u{1B}\\link", "link"), ("\u{1B}(Bx", "x"), ("\u{1B}[2J\u{1B}[Hhome", "home"),
        ("a\u{7}\u{0}b\u{7F}\u{9B}c", "abc"), ("x\u{202E}y", "xy"), ("cut \u{1B}[3", "cut "),
        ("\u{1B}[?1049hx", "x"), ("\u{1B}P1;2q###\u{1B}\\x", "x"), ("1\r\u{1B}[K2", "2"),
    ])
    func `a line of output is shown without control sequences`(written: String, shown: String) {
        #expect(OutputLine.text(written.utf8) == shown)
    }

    @Test func `colours can be kept in a line, and no other sequence`() {
        let text = OutputLine.text("\u{1B}[1;31mred\u{1B}[2A".utf8, keepingColours: true)
        #expect(text == "\u{1B}[1;31mred\u{1B}[0m")
        #expect(OutputLine.text([0xFF, 0x41]) == "\u{FFFD}A")
    }

    @Test(arguments: [
        ("abc", 3), ("é", 1), ("e\u{301}", 1), ("日本", 4), ("한글", 4), ("🎉", 2), ("→", 1),
        ("ｆ", 2), ("a\u{200B}b", 2),
    ])
    func `the width of a text is its number of columns on a terminal`(text: String, columns: Int) {
        #expect(TerminalText.width(of: text) == columns)
    }

    @Test(arguments: [
        ("abcdef", 6, "abcdef"), ("abcdefg", 6, "abcde…"), ("日本語", 5, "日本…"),
        ("日本語", 4, "日…"), ("ee\u{301}e", 2, "e…"), ("abc", 1, "…"), ("abc", 0, ""),
    ])
    func `a line that is too long is cut with an ellipsis`(
        text: String,
        columns: Int,
        shown: String
    ) {
        #expect(TerminalText.cut(text, to: columns) == shown)
    }

    @Test func `the tail has the last lines however the output is split`() {
        let text = (1...40).map { "line \($0)" }.joined(separator: "\n") + "\nopen"
        let bytes = Array(text.utf8)
        for size in 1...60 {
            var tail = OutputTail(limit: 3)
            var start = 0
            while start < bytes.count {
                tail.append(Array(bytes[start..<min(start + size, bytes.count)]))
                start += size
            }
            let lines = tail.lines.map { String(decoding: $0, as: UTF8.self) }
            #expect(lines == ["line 39", "line 40", "open"], "in pieces of \(size)")
        }
    }

    @Test func `a line without an end is limited, and a progress bar shows its last state`() {
        var tail = OutputTail(limit: 3)
        for number in 1...5_000 { tail.append(Array("\rat \(number) of 5000".utf8)) }
        #expect(tail.lines.count == 1)
        #expect(OutputLine.text(tail.lines[0]) == "at 5000 of 5000")
        tail.clear()
        for _ in 1...100 { tail.append([UInt8](repeating: 0x78, count: 10_000)) }
        #expect(tail.lines[0].count <= 4_096)
    }

    @Test func `a frame of any size leaves no trace on a screen of any size`() {
        let seed = UInt64.random(in: 0 ... .max)
        var random = SplitMix64(seed: seed)
        for _ in 0..<200 {
            let size = LiveRegion.Size(
                columns: Int.random(in: 10...40, using: &random),
                rows: Int.random(in: 6...12, using: &random)
            )
            var screen = Screen(columns: size.columns, rows: size.rows, width: TerminalText.width)
            var region = LiveRegion()
            var expected = ["$ run"]
            screen.write("$ run\r\n")
            var last: [String] = []
            for step in 0..<30 {
                last = (0..<Int.random(in: 0...4, using: &random)).map { "live \($0) of \(step)" }
                let prints = Int.random(in: 0..<3, using: &random) == 0
                let text = prints ? "kept \(step)" : ""
                if prints { expected.append(text) }
                let lines = last.map {
                    let cut = TerminalText.cut($0, to: size.columns - 1)
                    return LiveRegion.Line(text: cut, width: TerminalText.width(of: cut))
                }
                last = lines.map(\.text)
                screen.write(region.show(lines, in: size, below: prints ? text + "\r\n" : ""))
                #expect(screen.isReset && screen.column == 0, "seed \(seed)")
                #expect(screen.lines == expected + last, "seed \(seed)")
            }
            #expect(screen.unknown == [])
        }
    }

    @Test func `output is shown if the log file cannot be written`() {
        let log = LogFileFallback()
        let output = RunEvent.output(Array("one\n\u{1B}[2Jtwo".utf8))
        #expect(log.text(before: output, "/full") == nil)
        log.activate()
        let warning = "warning: cannot write '/full'; all output is shown instead\r\n"
        #expect(log.text(before: output, "/full") == warning + "one\r\ntwo\r\n")
        #expect(log.text(before: output, "/full") == "one\r\ntwo\r\n", "the warning comes once")
    }

    @Test func `the newest logs are kept, and a phase is read from its beginning`() throws {
        let directory = try TemporaryDirectory()
        let logs = directory.path.appending("state").appending("logs")
        _ = try LogFile(in: logs)
        for number in 10..<40 {
            try directory.write("", to: "state/logs/200001\(number)T000000000-1.log")
        }
        let file = try LogFile(in: logs)
        let names = try DirectoryHandle.open(PathBytes(logs.string)).names()
        #expect(names.count == LogFile.maxLogs)
        file.stream.write("before\n")
        let offset = file.size
        file.stream.write("one\n\ntwo")
        let all = file.lines(from: offset, limit: 3)
        #expect(all.areAll)
        #expect(all.lines.map { String(decoding: $0, as: UTF8.self) } == ["one", "", "two"])
        let some = file.lines(from: offset, limit: 1)
        #expect(!some.areAll && some.lines.count == 1)
        file.stream.write(String(repeating: "x\n", count: 1 << 20))
        #expect(!file.lines(from: offset, limit: 1 << 22).areAll, "at most a megabyte is read")
    }

    @Test func `an unchanged frame writes nothing`() {
        var region = LiveRegion()
        let lines = [LiveRegion.Line(text: "a", width: 1)]
        let size = LiveRegion.Size(columns: 80, rows: 24)
        #expect(!region.show(lines, in: size).isEmpty)
        #expect(region.show(lines, in: size) == "")
        #expect(!region.show(lines, in: LiveRegion.Size(columns: 79, rows: 24)).isEmpty)
    }

    @Test func `a frame on a narrower terminal counts the wrapped lines`() {
        var region = LiveRegion()
        let lines = [LiveRegion.Line(text: "0123456789", width: 10)]
        _ = region.show(lines, in: LiveRegion.Size(columns: 20, rows: 24))
        let frame = region.show([], in: LiveRegion.Size(columns: 4, rows: 24))
        #expect(frame.contains("\u{1B}[3A"))
    }

    @Test(arguments: [80, 30])
    func `the live view shows the phase, the time, the command and the last lines`(
        columns: Int
    ) throws {
        let start = ContinuousClock.now
        let command = PhaseCommand(
            phase: .build,
            list: .commands,
            index: 1,
            text: Located(text: "make -j4 all\nmake check")
        )
        let phases = [PhaseName.build: Phase(commands: [command.text, command.text])]
        var view = BuildView(of: phases, style: .plain, now: start)
        let size = LiveRegion.Size(columns: columns, rows: 12)
        #expect(view.lines(size, now: start).map(\.text) == ["starting"])
        view.update(.phaseBegan(.build), now: start + .seconds(61))
        view.update(.commandBegan(command), now: start + .seconds(61))
        let output = (1...20).map { "cc -c \u{1B}[1mfile\($0).c\u{1B}[0m\n" }.joined()
        view.update(.output(Array((output + "日本語日本語日本語日本語日本語").utf8)), now: start)
        let lines = view.lines(size, now: start + .seconds(73)).map(\.text)
        let wide = [
            "BUILD             RUNNING          12 s   command 2 of 2, 73 s in total",
            "$ make -j4 all …", "  cc -c file18.c", "  cc -c file19.c", "  cc -c file20.c",
            "  日本語日本語日本語日本語日本語",
        ]
        let narrow = [
            "BUILD             RUNNING   …", "$ make -j4 all …", "  cc -c file18.c",
            "  cc -c file19.c", "  cc -c file20.c", "  日本語日本語日本語日本語日…",
        ]
        #expect(lines == (columns == 80 ? wide : narrow))
        #expect(view.lines(size, now: start).allSatisfy { $0.width < columns })
    }
}
