import BuildspecFiles
import Testing

@testable import BuildspecZip

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// A directory for one test, which is deleted with its last reference.
final class TemporaryTree: Sendable {
    let root: DirectoryHandle
    private let parent: DirectoryHandle
    private let name = TemporaryName.next()

    init() throws {
        parent = try DirectoryHandle.open(PathBytes("/tmp"))
        _ = try parent.makeDirectory(name[...], mode: 0o700)
        root = try parent.directory(name)
    }

    deinit { try? parent.removeTree(name) }

    func path(_ name: String) -> PathBytes { root.path.appending(Array(name.utf8)) }

    func create(_ name: String, mode: UInt32 = 0o600) throws -> OpenFile {
        try? root.removeFile(name.utf8)
        let file = try OpenFile.creating(Array(name.utf8)[...], in: root)
        try file.setMode(mode)
        return file
    }

    func write(_ name: String, _ bytes: [UInt8], mode: UInt32 = 0o644) throws {
        try create(name, mode: mode).write(bytes.span, at: 0)
    }

    func truncate(_ name: String, to size: Int) throws {
        let file = try OpenFile.writing(Array(name.utf8)[...], in: root)
        #expect(ftruncate(file.descriptor, off_t(size)) == 0)
    }

    func entry(_ file: String, as name: String? = nil) -> ZipEntry {
        ZipEntry(name: Array((name ?? file).utf8), .file(path(file)))
    }

    @discardableResult
    func archive(
        _ entries: [ZipEntry],
        _ options: ZipOptions = ZipOptions()
    ) async throws -> WrittenArchive {
        let file = try create("out.zip")
        let result = try await ZipWriter.write(entries, to: file, options)
        var bytes: [UInt8] = []
        _ = try file.read(Int(result.bytes), at: 0, appendingTo: &bytes)
        return try WrittenArchive(bytes: bytes, result: result)
    }
}

/// Content for tests.
enum Sample {
    /// Returns text that shrinks to less than half.
    static func text(_ count: Int) -> [UInt8] {
        var text: [UInt8] = []
        let block: [UInt8] = noise(4_096).flatMap { byte in [byte & 7, 0x20, byte >> 6, 0x0A] }
        while text.count < count { text += block }
        return Array(text.prefix(count))
    }

    /// Returns bytes that do not shrink.
    static func noise(_ count: Int) -> [UInt8] {
        var state: UInt64 = 88_172_645_463_325_252
        var bytes: [UInt8] = []
        bytes.reserveCapacity(count + 4)
        while bytes.count < count {
            state ^= state << 13
            state ^= state >> 7
            state ^= state << 17
            bytes.append(number: UInt32(truncatingIfNeeded: state >> 16))
        }
        return Array(bytes.prefix(count))
    }
}

/// The environment of the tests.
enum Environment {
    static let testsAll = unsafe getenv("BUILDSPEC_TEST_ALL") != nil
}
