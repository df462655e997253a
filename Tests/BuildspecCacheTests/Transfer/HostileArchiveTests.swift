import BuildspecFiles
import SystemPackage
import TestSupport
import Testing

@testable import BuildspecCache

/// Archives from security advisories of other tools; each one is refused as a whole.
@Suite(.timed) struct `Hostile archives` {
    /// One member: type, name, link target, content.
    struct Member: Sendable {
        var type: Character
        var name: String
        var target = ""
        var content = ""
        var size: Int?
        var seconds: Int64 = 1_700_000_000
    }

    private static let tree = Member(type: "5", name: "tree/")

    @Test(
        arguments: [
            ("a name that climbs", [Member(type: "0", name: "../escape", content: "evil")]),
            (
                "a name that climbs later",
                [Member(type: "0", name: "tree/../../x", content: "evil")]
            ),
            ("a dot in the middle", [Member(type: "0", name: "tree/./x", content: "evil")]),
            ("an empty name in the middle", [Member(type: "0", name: "tree//x", content: "evil")]),
            ("an absolute name", [Member(type: "0", name: "/etc/cron.d/x", content: "evil")]),
            ("a hard link out", [tree, Member(type: "1", name: "tree/x", target: "/etc/passwd")]),
            ("a hard link up", [tree, Member(type: "1", name: "tree/x", target: "../../passwd")]),
            (
                "a hard link to nothing",
                [tree, Member(type: "1", name: "tree/x", target: "tree/y")]
            ),
            ("a hard link to itself", [tree, Member(type: "1", name: "tree/x", target: "tree/x")]),
            (
                "a hard link to a link",
                [
                    Member(type: "2", name: "tree/l", target: "/etc/passwd"),
                    Member(type: "1", name: "tree/x", target: "tree/l"),
                ]
            ),
            (
                "a file below a link",
                [
                    Member(type: "2", name: "tree/l", target: "/tmp"),
                    Member(type: "0", name: "tree/l/x", content: "evil"),
                ]
            ),
            (
                "a file that becomes a link above another",
                [
                    Member(type: "5", name: "tree/d/"),
                    Member(type: "0", name: "tree/d/x", content: "evil"),
                    Member(type: "2", name: "tree/d", target: "/tmp"),
                ]
            ),
            (
                "a linked file that becomes a link",
                [
                    Member(type: "0", name: "tree/a", content: "good"),
                    Member(type: "1", name: "tree/b", target: "tree/a"),
                    Member(type: "2", name: "tree/a", target: "/etc/passwd"),
                ]
            ),
            (
                "a hard link to an unfinished file",
                [
                    Member(type: "0", name: "tree/.buildspec-partial-1", content: "evil"),
                    Member(type: "1", name: "tree/x", target: "tree/.buildspec-partial-1"),
                ]
            ),
            ("a character device", [Member(type: "3", name: "tree/null")]),
            ("a block device", [Member(type: "4", name: "tree/disk")]),
            ("a pipe", [Member(type: "6", name: "tree/pipe")]),
            ("an old sparse file", [Member(type: "S", name: "tree/sparse")]),
            ("an unknown kind", [Member(type: "Z", name: "tree/what")]),
            ("a link without a target", [Member(type: "2", name: "tree/l")]),
            (
                "a link with a content",
                [Member(type: "2", name: "tree/l", target: "x", content: "evil")]
            ),
            ("a directory with a content", [Member(type: "5", name: "tree/d/", content: "evil")]),
            ("a file larger than the archive", [Member(type: "0", name: "tree/x", size: 1 << 32)]),
            ("an extended header too large", [Member(type: "x", name: "pax", size: 2 << 20)]),
            (
                "an extended header cut short",
                [Member(type: "x", name: "pax", content: "30 path=tree/x\n")]
            ),
            (
                "an extended path with a zero",
                [Member(type: "x", name: "p", content: "14 path=a\u{0}b\n\n")]
            ),
            (
                "an extended header at the end",
                [Member(type: "x", name: "p", content: "15 path=tree/x\n")]
            ),
            (
                "a GNU sparse record",
                [
                    Member(type: "x", name: "p", content: "22 GNU.sparse.major=1\n"),
                    Member(type: "0", name: "tree/x", content: "evil"),
                ]
            ),
            (
                "an extended path that climbs",
                [
                    Member(type: "x", name: "p", content: "18 path=../escape\n"),
                    Member(type: "0", name: "tree/x", content: "evil"),
                ]
            ),
            (
                "a GNU long name that climbs",
                [
                    Member(type: "L", name: "././@LongLink", content: "tree/../../escape\u{0}"),
                    Member(type: "0", name: "tree/x", content: "evil"),
                ]
            ),
        ] as [(String, [Member])]
    )
    func `a hostile archive is refused and leaves no entry`(
        attack: String,
        members: [Member]
    ) async throws {
        let fixture = try CacheFixture()
        let error = await #expect(throws: CacheError.self, "\(attack)") {
            try await importing(members, fixture)
        }
        #expect(error?.description.hasPrefix("the archive ") == true, "\(attack): \(error as Any)")
        #expect(try await fixture.cache.entries().entries.isEmpty)
    }

    @Test(arguments: [
        ("tree/../../x", "leads out of the tree"), ("tree/./x", "has '.' as a part"),
        ("tree//x", "has an empty part"),
    ])
    func `an archive with an invalid name is refused with the reason`(
        name: String,
        reason: String
    ) async throws {
        let fixture = try CacheFixture()
        let error = await #expect(throws: CacheError.self) {
            try await importing([Member(type: "0", name: name, content: "evil")], fixture)
        }
        #expect(error?.description == "the archive is refused: '\(name)' \(reason)")
    }

    /// TARmageddon, CVE-2025-62518: a reader that uses the header's size instead of the extended one
    /// finds the members of an inner archive.
    @Test func `an archive cannot hide members in a content by two sizes`() async throws {
        let fixture = try CacheFixture()
        let inner = Self.block(Member(type: "0", name: "tree/hidden", content: "evil"))
        let members = [
            Member(type: "x", name: "p", content: "13 size=1024\n"),
            Member(type: "0", name: "tree/outer", size: 0),
        ]
        let bytes = members.flatMap(Self.block) + inner + Self.end
        try await importing(bytes, fixture)
        let entry = try #require(try await fixture.cache.entries().entries.first)
        let items = try await fixture.cache.contents(of: entry.recordName).items
        #expect(items.map(\.path) == ["tree/outer"])
        #expect(items.first?.size == 1_024)
    }

    /// CVE-2025-45582: one archive plants a link, and the next one writes through it.
    @Test func `a later entry does not write through a link that an archive planted`() async throws
    {
        let fixture = try CacheFixture()
        let outside = try TemporaryDirectory()
        try await importing(
            [Member(type: "2", name: "tree/l", target: outside.path.string)],
            fixture
        )
        _ = try await fixture.restore("k")
        let next = [Member(type: "0", name: "tree/l/planted", content: "evil")]
        try await importing(next.flatMap(Self.block) + Self.end, fixture, key: "k2")
        _ = try await fixture.restore("k2")
        #expect(try outside.handle.names().isEmpty)
    }

    @Test func `an import takes only the declared names of an archive`() async throws {
        let fixture = try CacheFixture()
        let report = try await importing(
            [
                Member(type: "0", name: "other/x", content: "no"),
                Member(type: "0", name: "./tree/x", content: "yes"),
            ],
            fixture
        )
        #expect(report.notes == ["'other/x' skipped: '--path' does not declare it"])
        #expect(report.files == 1)
    }

    /// A save never takes files of such names, and may delete them as leftovers.
    @Test func `an import leaves out the names of temporary files, as a save does`()
        async throws
    {
        let fixture = try CacheFixture()
        let own = ".buildspec-partial-1-2-3-4"
        let report = try await importing(
            [
                Member(type: "5", name: "tree/\(own)/"),
                Member(type: "2", name: "tree/\(own)/l", target: "/etc/passwd"),
                Member(type: "0", name: "tree/d/.buildspec-partial-", content: "evil"),
                Member(type: "0", name: "other/\(own)", content: "no"),
                Member(type: "0", name: "tree/x\(own)", content: "good"),
                Member(type: "0", name: "tree/.buildspec-partial", content: "good"),
            ],
            fixture
        )
        #expect(
            report.notes == [
                "'other/\(own)' skipped: '--path' does not declare it",
                "'tree/\(own)' and 2 more skipped: names that begin with '.buildspec-partial-' are"
                    + " those of unfinished files, which no save keeps",
            ]
        )
        let entry = try #require(try await fixture.cache.entries().entries.first)
        let items = try await fixture.cache.contents(of: entry.recordName).items
        #expect(items.map(\.path) == ["tree/.buildspec-partial", "tree/x\(own)"])
        _ = try await fixture.restore("k")
        let again = try await fixture.cache.save(fixture.identity("k2"), from: fixture.target.path)
        #expect(again.files == 2)
    }

    @Test(arguments: [1 << 50, Int64.max / 2, Int64.min / 2])
    func `an archive with a time out of range is imported`(
        seconds: Int64
    ) async throws {
        let fixture = try CacheFixture()
        try await importing(
            [Member(type: "0", name: "tree/x", content: "good", seconds: seconds)],
            fixture
        )
        #expect(try await fixture.restore("k").outcome == .exact(key: "k"))
        #expect(try fixture.target.read("tree/x") == "good")
    }

    @discardableResult
    private func importing(_ members: [Member], _ fixture: CacheFixture) async throws -> SaveReport
    {
        try await importing(members.flatMap(Self.block) + Self.end, fixture)
    }

    @discardableResult
    private func importing(
        _ bytes: [UInt8],
        _ fixture: CacheFixture,
        key: String = "k"
    ) async throws -> SaveReport {
        let file = fixture.source.file("hostile.tar")
        try fixture.overwrite(file, bytes)
        return try await fixture.cache.importArchive(
            file,
            as: fixture.identity(key),
            root: fixture.target.path,
            limit: 1 << 40
        )
    }

    private static let end = [UInt8](repeating: 0, count: 1_024)

    /// Encodes a member as an attacker's program can.
    private static func block(_ member: Member) -> [UInt8] {
        let content = Array(member.content.utf8)
        var header = [UInt8](repeating: 0, count: 512)
        func put(_ text: String, _ start: Int) {
            for (index, byte) in text.utf8.enumerated() { header[start + index] = byte }
        }
        func octal(_ number: Int, _ digits: Int) -> String {
            let text = String(number, radix: 8)
            return String(repeating: "0", count: digits - text.utf8.count) + text
        }
        put(member.name, 0)
        put("0000644", 100)
        put("0000000", 108)
        put("0000000", 116)
        put(octal(member.size ?? content.count, 11), 124)
        if member.seconds >> 33 == 0 {
            put(octal(Int(member.seconds), 11), 136)
        } else {
            // The form of GNU tar for numbers that octal digits cannot hold.
            header[136...139] = member.seconds < 0 ? [255, 255, 255, 255] : [128, 0, 0, 0]
            for index in 0..<8 {
                header[140 + index] = UInt8(truncatingIfNeeded: member.seconds >> (8 * (7 - index)))
            }
        }
        put("        ", 148)
        put(String(member.type), 156)
        put(member.target, 157)
        put("ustar\u{0}00", 257)
        put(octal(header.reduce(0) { $0 + Int($1) }, 6) + "\u{0}", 148)
        let padding = (512 - content.count % 512) % 512
        return header + content + [UInt8](repeating: 0, count: padding)
    }
}
