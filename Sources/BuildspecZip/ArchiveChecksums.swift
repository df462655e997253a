package import BuildspecFiles
internal import Crypto

/// The checksums of a file in hexadecimal.
package struct ArchiveChecksums: Sendable {
    private static let partSize = 1 << 20

    package let sha256: String
    package let md5: String

    /// Reads a whole file and computes its checksums.
    ///
    /// - Throws: `FileError`, or `CancellationError` if the task is cancelled.
    package init(of file: OpenFile) throws {
        var sha256 = SHA256()
        var md5 = Insecure.MD5()
        var offset: UInt64 = 0
        while true {
            try Task.checkCancellation()
            var part: [UInt8] = []
            let count = try file.read(
                ArchiveChecksums.partSize,
                at: offset,
                appendingTo: &part
            )
            if count == 0 { break }
            offset += UInt64(count)
            sha256.update(data: part)
            md5.update(data: part)
        }
        self.sha256 = Hex.encode(Array(sha256.finalize()))
        self.md5 = Hex.encode(Array(md5.finalize()))
    }
}
