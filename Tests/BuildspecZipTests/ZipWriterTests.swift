import BuildspecFiles
import Testing

@testable import BuildspecZip

@Suite struct `ZIP writer` {
    @Test func `an archive has files, links and directories with their modes`() async throws {
        let tree = try TemporaryTree()
        try tree.write("tool", Array("#!/bin/sh\n".utf8), mode: 0o755)
        try tree.write("empty", [], mode: 0o600)
        let archive = try await tree.archive([
            ZipEntry(name: Array("bin".utf8), .directory),
            tree.entry("tool", as: "bin/tool"),
            tree.entry("empty"),
            ZipEntry(name: Array("link".utf8), .link(Array("bin/tool".utf8))),
        ])
        #expect(archive.result.files == 3)
        #expect(archive.result.bytes == UInt64(archive.bytes.count))
        #expect(archive.entries.map(\.text) == ["bin/", "bin/tool", "empty", "link"])
        #expect(archive.entries.map(\.mode) == [0o040755, 0o100755, 0o100600, 0o120777])
        #expect(archive.entries.allSatisfy { $0.madeBy >> 8 == 3 })
        #expect(try archive.content("bin/tool") == Array("#!/bin/sh\n".utf8))
        #expect(try archive.content("empty") == [])
        #expect(try archive.content("link") == Array("bin/tool".utf8))
    }

    @Test func `an entry can have another mode and another time than its file`() async throws {
        let tree = try TemporaryTree()
        try tree.write("a", [1], mode: 0o600)
        var entry = tree.entry("a")
        entry.mode = 0o444
        entry.modified = FileTime(seconds: 1_000_000_000, nanoseconds: 5)
        let archive = try await tree.archive([entry])
        #expect(archive.entries[0].mode == 0o100444)
        #expect(archive.entries[0].time == 1_000_000_000)
    }

    @Test(arguments: [0, 1, 100, 70_000, ZipPlan.largestWhole, ZipPlan.largestWhole + 1])
    func `content of any size is read back`(size: Int) async throws {
        let tree = try TemporaryTree()
        let bytes = Sample.text(size)
        try tree.write("a", bytes)
        let archive = try await tree.archive([tree.entry("a")])
        #expect(try archive.content("a") == bytes)
        #expect(archive.entries[0].size == size)
    }

    @Test(arguments: [5_000, ZipPlan.largestWhole + 5_000])
    func `content that does not shrink is stored`(size: Int) async throws {
        let tree = try TemporaryTree()
        let bytes = Sample.noise(size)
        try tree.write("a", bytes)
        let archive = try await tree.archive([tree.entry("a")])
        #expect(archive.entries[0].method == 0)
        #expect(archive.entries[0].compressedSize == size)
        #expect(try archive.content("a") == bytes)
    }

    @Test func `a large file is compressed when only a part of it shrinks`() async throws {
        let tree = try TemporaryTree()
        let bytes =
            Sample.noise(3 << 20) + [UInt8](repeating: 7, count: 4 << 20) + Sample.noise(1 << 20)
        try tree.write("a", bytes)
        let archive = try await tree.archive([tree.entry("a")])
        #expect(archive.entries[0].method == 8)
        #expect(archive.entries[0].compressedSize < 5 << 20)
        #expect(try archive.content("a") == bytes)
    }

    @Test func `entries keep their order around a large file`() async throws {
        let tree = try TemporaryTree()
        try tree.write("small", [1, 2, 3])
        try tree.write("large", Sample.text(6 << 20))
        let names = (0..<600).map { "\($0)" }
        let entries = names.map { tree.entry($0.hasSuffix("77") ? "large" : "small", as: $0) }
        let archive = try await tree.archive(entries)
        #expect(archive.entries.map(\.text) == names)
        #expect(try archive.content("577") == Sample.text(6 << 20))
        #expect(try archive.content("578") == [1, 2, 3])
    }

    @Test func `an archive without entries is an empty archive`() async throws {
        let archive = try await TemporaryTree().archive([])
        #expect(archive.bytes.count == 22)
        #expect(archive.result == ZipResult(files: 0, bytes: 22))
    }

    @Test func `more than 65,535 entries need the 64-bit directory`() async throws {
        let entries = (0..<70_000).map { ZipEntry(name: Array("d/\($0)".utf8), .directory) }
        let archive = try await TemporaryTree().archive(entries)
        #expect(archive.entries.count == 70_000)
        #expect(archive.entries.last?.text == "d/69999/")
    }
}

@Suite struct `ZIP names and times` {
    @Test func `only a name with characters outside of ASCII has the flag for UTF-8`() async throws
    {
        let archive = try await TemporaryTree().archive([
            ZipEntry(name: Array("plain".utf8), .directory),
            ZipEntry(name: Array("größe".utf8), .directory),
        ])
        #expect(archive.entries.map(\.flags) == [0, 1 << 11])
        #expect(archive.result.warnings == [])
    }

    @Test func `names that are not UTF-8 keep their bytes and give one warning`() async throws {
        let names: [[UInt8]] = [[0x61, 0xFF], [0xFE], Array("ok".utf8)]
        let archive = try await TemporaryTree()
            .archive(names.map { ZipEntry(name: $0, .link([0x78])) })
        #expect(archive.entries.map(\.name) == names)
        #expect(archive.entries.map(\.flags) == [0, 0, 0])
        #expect(archive.result.warnings.count == 1)
        #expect(archive.result.warnings.first?.contains("2 names") == true)
    }

    @Test(arguments: ["", "/etc/passwd", "../a", "a/../b", "a/..", "a\0b"])
    func `a name that leads out of the archive is an error`(name: String) async throws {
        let tree = try TemporaryTree()
        await #expect(throws: ZipError.invalidName(name)) {
            try await tree.archive([ZipEntry(name: Array(name.utf8), .link([0x78]))])
        }
    }

    @Test func `a name of more than 65,535 bytes is an error`() async throws {
        let tree = try TemporaryTree()
        let longest = [UInt8](repeating: 0x61, count: 65_535)
        let archive = try await tree.archive([ZipEntry(name: longest, .link([0x78]))])
        #expect(archive.entries[0].name == longest)
        await #expect(throws: ZipError.self) {
            try await tree.archive([ZipEntry(name: longest + [0x61], .link([0x78]))])
        }
    }

    @Test(
        arguments: [
            // Seconds, the date and time of MS-DOS, the extended timestamp.
            (Int64.min, 0x0021_0000 as UInt32, nil as Int64?),
            (0, 0x0021_0000, 0), (315_532_799, 0x0021_0000, 315_532_799),
            (315_532_803, 0x0021_0001, 315_532_803),
            (1_709_210_096, 0x585D_645C, 1_709_210_096),
            (2_147_483_647, 0x7433_19C3 as UInt32, 2_147_483_647),
            (2_147_483_648, 0x7433_19C4, nil),
            (Int64.max, 0xFF9F_BF7D, nil),
        ]
    )
    func `a time is stored in UTC and limited to the years of the format`(
        seconds: Int64,
        dos: UInt32,
        exact: Int64?
    ) async throws {
        var entry = ZipEntry(name: [0x61], .directory)
        entry.modified = FileTime(seconds: seconds, nanoseconds: 0)
        let archive = try await TemporaryTree().archive([entry])
        #expect(archive.entries[0].dosTime == dos)
        #expect(archive.entries[0].time == exact)
    }

    @Test func `a fixed time makes the bytes the same for any width`() async throws {
        let tree = try TemporaryTree()
        var entries = [ZipEntry(name: Array("dir".utf8), .directory)]
        for index in 0..<40 {
            try tree.write("\(index)", Sample.text(index * 7_000))
            entries.append(tree.entry("\(index)"))
        }
        try tree.write("large", Sample.text(9 << 20))
        entries.append(tree.entry("large"))
        let options = [1, 2, 7].map { ZipOptions(fixedTime: 1_700_000_000, width: $0) }
        var archives: [[UInt8]] = []
        for options in options { archives.append(try await tree.archive(entries, options).bytes) }
        #expect(Set(archives).count == 1)
        let times = try WrittenArchive(bytes: archives[0]).entries.map(\.time)
        #expect(Set(times) == [1_700_000_000])
    }
}
