import BuildspecFiles
import Subprocess
import SystemPackage
import TestSupport
import Testing

@testable import BuildspecCache

/// Small objects that claim to be large: what they declare is bounded before it is believed.
///
/// The built command restores each with 400 MB of address space, which is little more than it needs
/// to start.
@Suite struct `A bomb is a miss in little memory` {
    enum Bomb: CaseIterable, Sendable {
        case manifestFrameOfExabytes
        case manifestOfZeros
        case manifestOfGzippedZeros
        case manifestOfManyEmptyFrames
        case baseOfEmptyLines
        case packFrameOfExabytes
        case packOfZeros
        case packOfGzippedZeros
        case entriesThatRepeatOnePack
    }

    @Test(.timeLimit(.minutes(2)), arguments: Bomb.allCases)
    func `of any kind`(bomb: Bomb) async throws {
        let bench = try Bench()
        try plant(bomb, bench)
        let result = try await restore(bench)
        #expect(result.status == .exited(0), "\(bomb): \(result.error)")
        #expect(result.output == "cache: nothing restored: damaged entry\n")
        #expect(result.error.split(whereSeparator: \.isNewline).count == 1)
        #expect(try bench.targetNames().isEmpty)
    }

    /// Files of six terabytes, all of them one pack of a few kilobytes.
    @Test(.timeLimit(.minutes(2))) func `that would fill the disk is refused before it does`()
        async throws
    {
        let bench = try Bench()
        let content = [UInt8](repeating: 0, count: 30 << 20)
        let pack = try Codec.zstd.encode(content)
        let digest = ContentDigest(of: pack)
        try DirectoryStore(bench.store.path).write(StoreLayout.pack(digest, .zstd), pack)
        let chunk = "\(digest.hex):0:0:\(content.count)"
        let chunks = Array(repeating: chunk, count: 40).joined(separator: ",")
        var text =
            "#mtree\n#buildspec-manifest 1\n#pack 0 sha256=\(digest.hex) codec=zstd"
            + " stored=\(pack.count) size=\(content.count)\n"
        for number in 10_000..<15_000 {
            text += "./tree/\(number) type=file mode=0644 time=1.000000000"
            text += " size=\(40 * content.count) chunks=\(chunks)\n"
        }
        try plant(manifest: Codec.zstd.encode(Array(text.utf8)), .zstd, bench)
        let result = try await restore(bench)
        #expect(result.status == .exited(3))
        #expect(result.error.hasPrefix("error: the entry's files take 6291456000000 bytes, and "))
        #expect(try bench.targetNames().isEmpty)
    }

    /// Restores by the built command with little address space.
    private func restore(
        _ bench: Bench
    ) async throws -> (status: TerminationStatus, output: String, error: String) {
        let command = FilePath(CommandLine.arguments[0]).removingLastComponent()
            .appending("buildspec")
        let result = try await Subprocess.run(
            .path("/bin/sh"),
            arguments: [
                "-c", "ulimit -v 400000; exec \"$@\"", "sh", command.string, "cache", "restore",
                "--scope", "project", "--key", "k", "--path", "tree/**/*", "--cache",
                bench.store.path.string,
            ],
            environment: .inherit.updating(["HOME": bench.source.path.string]),
            workingDirectory: bench.target.path,
            output: .string(limit: 1 << 16),
            error: .string(limit: 1 << 16)
        )
        return (result.terminationStatus, result.standardOutput, result.standardError)
    }

    /// The head of a zstd frame that declares a size, and then nothing that is worth it.
    private func frame(declaring size: UInt64) -> [UInt8] {
        let bytes = (0..<8).map { UInt8(truncatingIfNeeded: size >> (8 * $0)) }
        // Magic number, a single segment with 8 bytes of size, one empty last block.
        return [0x28, 0xB5, 0x2F, 0xFD, 0xE0] + bytes + [1, 0, 0]
    }

    private func plant(_ bomb: Bomb, _ bench: Bench) throws {
        let zeros = [UInt8](repeating: 0, count: 40 << 20)
        switch bomb {
        case .manifestFrameOfExabytes:
            try plant(manifest: frame(declaring: 1 << 60) + frame(declaring: 1 << 29), .zstd, bench)
        case .manifestOfZeros:
            let part = try Codec.zstd.encode(zeros)
            try plant(manifest: Array((0..<25).map { _ in part }.joined()), .zstd, bench)
        case .manifestOfGzippedZeros:
            try plant(manifest: Codec.gzip.encode(zeros), .gzip, bench)
        case .manifestOfManyEmptyFrames:
            let frames = Array((0..<100_000).map { _ in frame(declaring: 0) }.joined())
            try plant(manifest: frames, .zstd, bench)
        case .baseOfEmptyLines:
            let part = try Codec.zstd.encode(Array(repeating: newline, count: 1 << 14))
            let base = Array((0..<2_560).map { _ in part }.joined())
            let digest = ContentDigest(of: base)
            try DirectoryStore(bench.store.path).write(StoreLayout.manifest(digest, .zstd), base)
            let changes = ManifestChanges.head(naming: digest) + Array("@base 0 1\n".utf8)
            try plant(manifest: Codec.zstd.encode(changes), .zstd, bench, base: digest)
        case .packFrameOfExabytes:
            try plant(pack: frame(declaring: 1 << 60), .zstd, declared: 30 << 20, bench)
        case .packOfZeros:
            try plant(pack: Codec.zstd.encode(zeros), .zstd, declared: 30 << 20, bench)
        case .packOfGzippedZeros:
            try plant(pack: Codec.gzip.encode(zeros), .gzip, declared: 4_096, bench)
        case .entriesThatRepeatOnePack:
            try plant(pack: [1, 2, 3], .none, declared: 100_000, bench, copies: 20_000)
        }
    }

    private func plant(
        pack bytes: [UInt8],
        _ codec: Codec,
        declared size: Int,
        _ bench: Bench,
        copies: Int = 1
    ) throws {
        let digest = ContentDigest(of: bytes)
        try DirectoryStore(bench.store.path).write(StoreLayout.pack(digest, codec), bytes)
        var text =
            "#mtree\n#buildspec-manifest 1\n#pack 0 sha256=\(digest.hex) codec=\(codec.rawValue)"
            + " stored=\(bytes.count) size=\(size)\n"
        for number in 100_000..<100_000 + copies {
            text += "./tree/\(number) type=file mode=0644 time=1.000000000 size=\(size)"
            text += " sha256=\(digest.hex) pack=0 offset=0\n"
        }
        try plant(manifest: Codec.zstd.encode(Array(text.utf8)), .zstd, bench)
    }

    private func plant(
        manifest bytes: [UInt8],
        _ codec: Codec,
        _ bench: Bench,
        base: ContentDigest? = nil
    ) throws {
        let store = DirectoryStore(bench.store.path)
        let digest = ContentDigest(of: bytes)
        try store.write(StoreLayout.manifest(digest, codec), bytes)
        let set = PathSet(["tree/**/*"], root: PathBytes(bench.target.path.string))
        var record = KeyRecord(
            scope: "project",
            key: "k",
            paths: set.canonicalTexts,
            manifest: digest,
            codec: codec,
            saved: 1,
            files: .max,
            bytes: .max,
            stored: .max,
            writer: "mallory"
        )
        record.base = base
        try store.write(record.name, record.encode())
    }
}
