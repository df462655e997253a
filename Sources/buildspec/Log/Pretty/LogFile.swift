internal import BuildspecFiles
internal import SystemPackage

#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Musl)
    internal import Musl
#else
    internal import Darwin
#endif

/// The file of a build's whole log, of which the terminal shows only a part.
final class LogFile: Sendable {
    static let maxLogs = 20

    let path: FilePath
    /// The stream to write the log to.
    let stream: StandardStream
    private let descriptor: FileDescriptor

    /// Creates a file that only its user can read, and removes the oldest logs.
    init(in directory: FilePath) throws {
        try LogFile.create(directory)
        LogFile.prune(directory)
        let time = UTCTime.now().filter { $0.isNumber || $0 == "T" }
        path = directory.appending("\(time)-\(getpid()).log")
        descriptor = try FileDescriptor.open(
            path,
            .readWrite,
            options: [.create, .exclusiveCreate, .closeOnExec],
            permissions: .ownerReadWrite
        )
        stream = StandardStream(descriptor)
    }

    deinit { try? descriptor.close() }

    /// The number of bytes that have been written.
    var size: Int64 { (try? descriptor.seek(offset: 0, from: .current)) ?? 0 }

    /// Reads at most `limit` last lines from an offset on, and returns whether these are all lines.
    ///
    /// At most the last megabyte is read.
    func lines(from offset: Int64, limit: Int) -> (lines: [ArraySlice<UInt8>], areAll: Bool) {
        let end = size
        let begin = max(offset, end - (1 << 20))
        var bytes: [UInt8] = []
        while begin + Int64(bytes.count) < end {
            let chunk = try? unsafe [UInt8](unsafeUninitializedCapacity: 65_536) { space, count in
                count = try unsafe descriptor.read(
                    fromAbsoluteOffset: begin + Int64(bytes.count),
                    into: UnsafeMutableRawBufferPointer(space)
                )
            }
            guard let chunk, !chunk.isEmpty else { break }
            bytes += chunk
        }
        var lines = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
        if lines.last?.isEmpty == true { lines.removeLast() }
        return (lines.suffix(limit), begin == offset && lines.count <= limit)
    }

    private static func create(_ directory: FilePath) throws {
        let parent = directory.removingLastComponent()
        if !parent.isEmpty, !Host.exists(parent) { try create(parent) }
        let made = unsafe directory.withPlatformString { unsafe mkdir($0, 0o700) }
        guard made == 0 || errno == EEXIST else { throw Errno(rawValue: errno) }
    }

    /// Removes the oldest logs, so that a new log does not exceed the limit.
    ///
    /// Names are times, so they sort by age. Other files stay.
    private static func prune(_ directory: FilePath) {
        let all = (try? DirectoryHandle.open(PathBytes(directory.string)).names()) ?? []
        // Such as 20261130T115026123-4711.log.
        let logName = #/[0-9]{8}T[0-9]{9}-[0-9]+\.log/#
        let names = all.map { String(decoding: $0, as: UTF8.self) }
            .filter { $0.wholeMatch(of: logName) != nil }.sorted()
        for name in names.dropLast(maxLogs - 1) {
            Host.remove(directory.appending(name))
        }
    }
}
