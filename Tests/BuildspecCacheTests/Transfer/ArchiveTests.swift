import BuildspecCache
import SystemPackage
import TestSupport
import Testing

@testable import BuildspecFiles

@Suite(.timed) struct `Archives` {
    private func export(
        _ fixture: CacheFixture,
        _ key: String,
        as form: ArchiveForm,
        to name: String
    ) async throws -> FilePath {
        let entry = try #require(
            try await fixture.cache.entries().entries.first { $0.key == key }
        )
        let file = fixture.source.file(name)
        _ = try await fixture.cache.export(entry.recordName, to: file, as: form)
        return file
    }

    @Test(arguments: ArchiveForm.allCases, TestScope.seeds(12))
    func `an exported and imported archive gives the same tree`(
        form: ArchiveForm,
        seed: UInt64
    ) async throws {
        let fixture = try CacheFixture()
        try fixture.source.handle.makeDirectory("tree".utf8)
        var random = RandomTree(seed: seed)
        try random.fill(try fixture.source.handle.directory("tree".utf8))
        try await fixture.save("first")
        let file = try await export(fixture, "first", as: form, to: "x")
        let report = try await fixture.cache.importArchive(
            file,
            as: fixture.identity("second"),
            root: fixture.source.path,
            limit: 1 << 30
        )
        #expect(report.notes == [], "seed \(seed)")
        _ = try await fixture.restore("second")
        let before = try TreeSnapshot(fixture.source.path.appending("tree"))
        let after = try TreeSnapshot(fixture.target.path.appending("tree"))
        #expect(before.difference(from: after) == nil, "seed \(seed)")
        #expect(try await fixture.cache.verify().problems == [])
    }

    #if os(Linux)
        @Test func `an export deletes the temporary file of a killed export`() async throws {
            let fixture = try CacheFixture()
            try fixture.source.write("x", to: "tree/file")
            try await fixture.save("k")
            var mark = ProcessIdentity.current
            // No process has this number.
            mark.process = .max
            let part = String(decoding: TemporaryName.next(of: mark), as: UTF8.self)
            try fixture.target.write("half", to: part)
            let entry = try #require(try await fixture.cache.entries().entries.first)
            let file = fixture.target.file("x.tar")
            _ = try await fixture.cache.export(entry.recordName, to: file, as: .plain)
            #expect(try fixture.target.handle.names() == [Array("x.tar".utf8)])
        }

        @Test func `an export that cannot be written names the user's file`() async throws {
            let fixture = try CacheFixture()
            try fixture.source.write("x", to: "tree/file")
            try await fixture.save("k")
            let entry = try #require(try await fixture.cache.entries().entries.first)
            let error = await #expect(throws: CacheError.self) {
                // No user can create a file there.
                try await fixture.cache.export(entry.recordName, to: "/proc/x.tar", as: .plain)
            }
            let text = error?.description ?? ""
            #expect(text.hasPrefix("cannot create '/proc/x.tar': "), "\(text)")
        }
    #endif

    @Test func `an import cuts a large file into the same chunks as a save`() async throws {
        let fixture = try CacheFixture()
        var random = SplitMix64(seed: 9)
        let bytes = random.bytes(11_000_000)
        try fixture.source.handle.makeDirectory("tree".utf8)
        let tree = try fixture.source.handle.directory("tree".utf8)
        try OpenFile.creating(Array("large".utf8)[...], in: tree).write(bytes.span, at: 0)
        try await fixture.save("first")
        let file = try await export(fixture, "first", as: .zstd, to: "x")
        let report = try await fixture.cache.importArchive(
            file,
            as: fixture.identity("second"),
            root: fixture.source.path,
            limit: 1 << 30
        )
        #expect(report.outcome == .saved)
        let entries = try await fixture.cache.entries().entries
        let difference = try await fixture.cache.difference(
            from: entries[0].recordName,
            to: entries[1].recordName
        )
        #expect(difference.changes == [])
    }

    @Test func `an archive over the size limit is refused and leaves no entry`() async throws {
        let fixture = try CacheFixture()
        try fixture.source.write(String(repeating: "0", count: 300_000), to: "tree/zeros")
        try await fixture.save("first")
        let file = try await export(fixture, "first", as: .zstd, to: "x")
        let error = await #expect(throws: CacheError.self) {
            try await fixture.cache.importArchive(
                file,
                as: fixture.identity("second"),
                root: fixture.source.path,
                limit: 100_000
            )
        }
        #expect(error?.description.contains("more than 100000 bytes") == true)
        #expect(try await fixture.cache.entries().entries.count == 1)
    }

    @Test(
        arguments: [
            (Array("BZh91AY&SY".utf8), "compressed with bzip2"),
            ([0xFD, 0x37, 0x7A, 0x58, 0x5A, 0x00, 0x00], "compressed with xz"),
            ([0x50, 0x4B, 0x03, 0x04, 0x14], "a zip file"),
        ] as [([UInt8], String)]
    )
    func `an archive of an unsupported format is refused by its name`(
        bytes: [UInt8],
        name: String
    ) async throws {
        let fixture = try CacheFixture()
        let file = fixture.source.file("x")
        try fixture.overwrite(file, bytes + [UInt8](repeating: 7, count: 2_000))
        let error = await #expect(throws: CacheError.self) {
            try await fixture.cache.importArchive(
                file,
                as: fixture.identity("k"),
                root: fixture.source.path,
                limit: 1 << 30
            )
        }
        #expect(
            error?.description.contains("the archive is \(name), which is not supported") == true
        )
    }

    @Test(arguments: ArchiveForm.allCases)
    func `a truncated archive is refused`(form: ArchiveForm) async throws {
        let fixture = try CacheFixture()
        var random = SplitMix64(seed: 4)
        let text = random.bytes(40_000).map { String($0, radix: 36) }.joined()
        try fixture.source.write(text, to: "tree/file")
        try await fixture.save("first")
        let whole = try fixture.bytes(try await export(fixture, "first", as: form, to: "x"))
        let cut = fixture.source.file("cut")
        try fixture.overwrite(cut, Array(whole.prefix(whole.count / 2)))
        await #expect(throws: CacheError.self) {
            try await fixture.cache.importArchive(
                cut,
                as: fixture.identity("second"),
                root: fixture.source.path,
                limit: 1 << 30
            )
        }
    }

    @Test(arguments: ArchiveForm.allCases, TestScope.seeds(8))
    func `an archive with random damage is an error or an entry that verifies`(
        form: ArchiveForm,
        seed: UInt64
    ) async throws {
        let fixture = try CacheFixture()
        try fixture.source.handle.makeDirectory("tree".utf8)
        var tree = RandomTree(seed: seed)
        try tree.fill(try fixture.source.handle.directory("tree".utf8), depth: 2)
        try await fixture.save("first")
        let whole = try fixture.bytes(try await export(fixture, "first", as: form, to: "x"))
        var random = SplitMix64(seed: seed)
        let damaged = fixture.source.file("damaged")
        for round in 0..<25 {
            var bytes = whole
            for _ in 0...random.next() % 3 {
                // Most of the damage is in the headers.
                let block = Int(random.next() % UInt64(max(1, bytes.count / 512)))
                let index = min(bytes.count - 1, block * 512 + Int(random.next() % 512))
                bytes[index] = UInt8(truncatingIfNeeded: random.next())
                if form == .plain { fixChecksum(&bytes, block: index / 512) }
            }
            try fixture.overwrite(damaged, bytes)
            do {
                _ = try await fixture.cache.importArchive(
                    damaged,
                    as: fixture.identity("k\(round)"),
                    root: fixture.source.path,
                    limit: 1 << 30
                )
            } catch let error as CacheError {
                #expect(!error.description.isEmpty)
            }
        }
        #expect(try await fixture.cache.verify().problems == [], "seed \(seed)")
    }

    /// Corrects the checksum of a header, so that the reader gets to the damage.
    private func fixChecksum(_ bytes: inout [UInt8], block: Int) {
        let start = block * 512
        guard start + 512 <= bytes.count, bytes[start + 257] == UInt8(ascii: "u") else { return }
        for index in 148..<156 { bytes[start + index] = 0x20 }
        let sum = bytes[start..<start + 512].reduce(0) { $0 + Int($1) }
        let digits = String(sum, radix: 8)
        let text = String(repeating: "0", count: 6 - digits.utf8.count) + digits
        for (index, digit) in text.utf8.enumerated() { bytes[start + 148 + index] = digit }
        bytes[start + 154] = 0
    }

    @Test func `an import counts only new objects as stored`() async throws {
        let fixture = try CacheFixture()
        var random = SplitMix64(seed: 4)
        try fixture.overwrite(fixture.source.file("tree/file"), random.bytes(50_000))
        try await fixture.save("first")
        let file = try await export(fixture, "first", as: .zstd, to: "x")
        let other = try CacheFixture()
        var stored: [UInt64] = []
        for key in ["one", "two"] {
            let report = try await other.cache.importArchive(
                file,
                as: other.identity(key),
                root: other.source.path,
                limit: 1 << 30
            )
            #expect(report.outcome == .saved)
            stored.append(report.bytesStored)
        }
        #expect(stored[0] > 50_000)
        #expect(stored[1] < 1_000, "only the key record")
    }
}
