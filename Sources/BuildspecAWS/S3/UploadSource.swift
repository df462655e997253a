internal import BuildspecFiles
internal import Crypto

/// A file that is uploaded in parts, and must not change meanwhile.
///
/// It is opened for each part, so that a file that waits has neither a descriptor nor memory.
struct UploadSource: Sendable {
    /// Bytes of the file with their SHA-256.
    struct Part: Sendable {
        var bytes: [UInt8]
        var digest: [UInt8]
    }

    let path: PathBytes
    /// The purpose as an infinitive, for errors.
    let action: String
    private let status: FileStatus

    var size: UInt64 { status.size }

    /// Reads the status that the file must keep.
    @concurrent init(_ path: String, action: String) async throws(AWSError) {
        let path = PathBytes(path)
        let status = try await UploadSource.onBlockingThread(action) { () throws(FileError) in
            try OpenFile.reading(path).stableStatus()
        }
        guard let status else { throw UploadSource.changed(action) }
        guard status.kind == .regular else {
            throw AWSError(.other, "cannot \(action): it is not a regular file")
        }
        (self.path, self.action, self.status) = (path, action, status)
    }

    /// Reads and hashes `count` bytes from `offset`.
    @concurrent func read(_ count: Int, at offset: UInt64) async throws(AWSError) -> Part {
        if Task.isCancelled { throw AWSError(.cancelled, "cannot \(action): it was cancelled") }
        let part = try await UploadSource.onBlockingThread(action) {
            () throws(FileError) -> Part? in
            let file = try OpenFile.reading(path)
            var bytes: [UInt8] = []
            let isWhole = try file.read(count, at: offset, appendingTo: &bytes) == count
            guard isWhole, try file.status() == status else { return nil }
            return Part(bytes: bytes, digest: Array(SHA256.hash(data: bytes)))
        }
        guard let part else { throw UploadSource.changed(action) }
        return part
    }

    private static func changed(_ action: String) -> AWSError {
        AWSError(.other, "cannot \(action): the file changed during the upload; upload it again")
    }

    private static func onBlockingThread<Value: Sendable>(
        _ action: String,
        _ work: @Sendable () throws(FileError) -> Value
    ) async throws(AWSError) -> Value {
        let result = await withTaskExecutorPreference(BlockingExecutor.shared) {
            await UploadSource.result(work)
        }
        do throws(FileError) {
            return try result.get()
        } catch {
            throw AWSError(.other, "cannot \(action): \(error.reason)")
        }
    }

    @concurrent private static func result<Value: Sendable>(
        _ work: @Sendable () throws(FileError) -> Value
    ) async -> Result<Value, FileError> {
        Result(catching: work)
    }
}
