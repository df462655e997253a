import BuildspecFiles
import SystemPackage
import TestSupport
import Testing

@testable import BuildspecCache

/// The parser reads fields in large steps; these tests compare it with plain readers of the text.
@Suite(.timed) struct `Manifest fields` {
    /// Decodes a path field byte by byte; `nil` if it is invalid.
    private func path(_ field: [UInt8]) -> [UInt8]? {
        let isRelative = field.starts(with: "./".utf8)
        guard isRelative || field.first == slash,
            let path = unescaped(Array(field.dropFirst(isRelative ? 2 : 0)))
        else { return nil }
        guard (path.first == slash) != isRelative, path.count <= 4_095 else { return nil }
        let names = path.split(separator: slash, omittingEmptySubsequences: false)
        for name in isRelative ? names[...] : names.dropFirst() {
            if name.isEmpty || name.count > 255 { return nil }
            if name == Array(".".utf8)[...] || name == Array("..".utf8)[...] { return nil }
        }
        return path
    }

    private func unescaped(_ field: [UInt8]) -> [UInt8]? {
        var bytes: [UInt8] = []
        var rest = field[...]
        while let byte = rest.popFirst() {
            if byte == UInt8(ascii: "\\") {
                let digits = String(decoding: rest.prefix(3), as: UTF8.self)
                guard digits.utf8.count == 3, !digits.contains("+"),
                    let value = UInt8(digits, radix: 8),
                    value > 0
                else { return nil }
                rest = rest.dropFirst(3)
                bytes.append(value)
            } else if byte < 0x21 || byte > 0x7E || byte == UInt8(ascii: "#") {
                return nil
            } else {
                bytes.append(byte)
            }
        }
        return bytes
    }

    /// Returns the path that the parser reads from the second of two lines.
    private func read(_ first: [UInt8], _ second: [UInt8]) -> [UInt8]? {
        let text = first + Array(" type=dir\n".utf8) + second + Array(" x\n".utf8)
        let middle = first.count + 10
        var fields = ManifestLineParser(text)
        fields.begin(0..<middle - 1)
        _ = fields.path()
        fields.begin(middle..<text.count - 1)
        guard let path = fields.path(), fields.skip("x"), fields.isAtEnd else { return nil }
        return path.bytes
    }

    @Test(arguments: TestScope.seeds(40))
    func `a path is read the same after any other line`(seed: UInt64) {
        var random = SplitMix64(seed: seed)
        func field() -> [UInt8] {
            let parts = [
                "/", "/", "a", "b", "abcdefgh", ".", "..", "\\057", "\\056", "\\303\\244", "\\000",
                "\\9", "#", "\u{7f}", "ä", String(repeating: "n", count: 255),
            ]
            let start = ["./", "./", "/", "", ".//", "//"][Int(random.next() % 6)]
            let usual = random.next() % 3 > 0
            let rest = (0..<random.next() % 9).map { _ in
                parts[Int(random.next() % UInt64(usual ? 6 : parts.count))]
            }
            return Array((start + rest.joined()).utf8)
        }
        for _ in 0..<500 {
            let first = field()
            var second = field()
            // Paths of neighbouring lines often begin the same.
            if random.next() % 2 == 0 {
                second = first.prefix(Int(random.next() % UInt64(first.count + 1))) + second
            }
            let text = String(decoding: first + [newline] + second, as: UTF8.self)
            #expect(read(first, second) == path(second), "\(text)")
        }
    }

    @Test func `a path has at most 4095 bytes`() {
        for count in [4_094, 4_095, 4_096] {
            let names = Array(repeating: "n", count: count / 2).joined(separator: "/")
            let field = Array(
                ("./" + names + String(repeating: "n", count: count - names.utf8.count)).utf8
            )
            #expect((read([], field) != nil) == (count <= 4_095))
        }
    }

    @Test(arguments: TestScope.seeds(20))
    func `a number has at most fifteen digits`(seed: UInt64) {
        var random = SplitMix64(seed: seed)
        for _ in 0..<300 {
            var digits = (0..<random.next() % 18).map { _ in UInt8(48 + random.next() % 10) }
            if random.next() % 3 == 0, !digits.isEmpty {
                digits[Int(random.next() % UInt64(digits.count))] = UInt8(random.next() % 256)
            }
            let text = String(decoding: digits, as: UTF8.self)
            let isNumber =
                digits.count <= 15
                && digits.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
            // The bytes after the field do not belong to it.
            var fields = ManifestLineParser(digits + Array("12345678".utf8), 0..<digits.count)
            if digits.contains(UInt8(ascii: " ")) { continue }
            #expect(fields.number() == (isNumber ? Int(text) : nil), "\(text)")
        }
    }

    @Test func `a digest has lower-case digits only`() {
        let digest = ContentDigest(of: [7])
        let digits = Array("0123456789abcdef".utf8)
        for index in 0..<64 {
            for byte in UInt8.min...UInt8.max {
                var hex = digest.hexBytes
                hex[index] = byte
                let read = ContentDigest(hex: hex)
                #expect((read != nil) == digits.contains(byte), "\(byte) at \(index)")
                #expect(read == nil || read?.hexBytes == hex)
            }
        }
    }

    /// Returns the text of a manifest that ends with the chunks of a file.
    private func chunked() -> String {
        let digest = ContentDigest(of: []).hex
        return """
            #mtree
            #buildspec-manifest 1
            #pack 0 sha256=\(digest) codec=zstd stored=9 size=99
            ./a type=file mode=0644 time=1.000000000 size=9 chunks=\(digest):0:0:4,\(digest):0:4:5
            """
    }

    @Test(arguments: ["x", "@", ":1", ";", ",", "-", "\r", "\0", "\t", "\\040"])
    func `a list of chunks ends with its last chunk`(rest: String) throws {
        #expect(try ManifestDecoder.decode(Array((chunked() + "\n").utf8)).entries.count == 1)
        let text = Array((chunked() + rest + "\n").utf8)
        #expect(throws: CacheError.self) { try ManifestDecoder.decode(text) }
    }

    @Test(arguments: ["\\172std", "zst\\144", "zstd\\001", "", "ZSTD", "zstd,"])
    func `a codec has only one spelling`(name: String) {
        let text = (chunked() + "\n").replacing("codec=zstd", with: "codec=" + name)
        #expect(throws: CacheError.self) { try ManifestDecoder.decode(Array(text.utf8)) }
    }

    @Test(arguments: [Int64.min, -1 << 53, 1 << 53, .max])
    func `a time out of range is written as the nearest valid time`(seconds: Int64) throws {
        let directory = try TemporaryDirectory()
        try directory.write("", to: "tree/file")
        let set = PathSet(["tree"], root: PathBytes(directory.path.string))
        var walk = try TreeWalk(set, root: directory.handle).entries
        for index in walk.indices {
            walk[index].status.modified = FileTime(seconds: seconds, nanoseconds: 5)
        }
        let stored = walk.map {
            $0.status.kind == .regular
                ? ContentPipeline.Stored(status: $0.status, blobs: []) : nil
        }
        let manifest = Manifest(entries: FileList(walk).manifestEntries(walk, stored))
        #expect(
            manifest.entries.map(\.modified.seconds.magnitude) == [
                999_999_999_999_999, 999_999_999_999_999,
            ]
        )
        #expect(try ManifestDecoder.decode(ManifestEncoder.encode(manifest)) == manifest)
    }
}
