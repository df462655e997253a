internal import BuildspecFiles

extension OpenFile {
    /// Whether the file begins with these pieces, one behind the other.
    ///
    /// It is `false` as well when the task is cancelled, at which callers look too.
    func holds(_ pieces: BlobList) throws(FileError) -> Bool {
        var offset: UInt64 = 0
        for piece in pieces {
            if Task.isCancelled { return false }
            var bytes: [UInt8] = []
            let count = try read(piece.size, at: offset, appendingTo: &bytes)
            guard count == piece.size, ContentDigest(of: bytes) == piece.digest else {
                return false
            }
            offset += UInt64(count)
        }
        return true
    }
}
