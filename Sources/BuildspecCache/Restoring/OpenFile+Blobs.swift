internal import BuildspecFiles

extension OpenFile {
    /// Whether the file begins with these blobs, one after the other.
    ///
    /// Also `false` in a cancelled task, which the caller must check.
    func matches(_ blobs: BlobList) throws(FileError) -> Bool {
        var offset: UInt64 = 0
        for blob in blobs {
            if Task.isCancelled { return false }
            var bytes: [UInt8] = []
            let count = try read(blob.size, at: offset, appendingTo: &bytes)
            guard count == blob.size, ContentDigest(of: bytes) == blob.digest else {
                return false
            }
            offset += UInt64(count)
        }
        return true
    }
}
