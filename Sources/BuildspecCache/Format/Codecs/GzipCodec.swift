internal import BuildspecFiles
internal import CZlib

/// The gzip codec: level 1, any number of members, by zlib.
enum GzipCodec {
    private static let level: CInt = 1
    /// The largest window, with a gzip header.
    private static let windowBits: CInt = 15 + 16

    static func encode(_ bytes: [UInt8]) throws(CacheError) -> [UInt8] {
        var stream = unsafe z_stream()
        let size = unsafe CInt(MemoryLayout<z_stream>.size)
        guard
            unsafe deflateInit2_(
                &stream,
                level,
                Z_DEFLATED,
                windowBits,
                8,
                Z_DEFAULT_STRATEGY,
                ZLIB_VERSION,
                size
            ) == Z_OK
        else { throw .memory }
        defer { unsafe deflateEnd(&stream) }
        let capacity = unsafe Int(deflateBound(&stream, uLong(bytes.count)))
        var status = Z_OK
        let result = unsafe [UInt8](unsafeUninitializedCapacity: capacity) { buffer, length in
            unsafe bytes.withUnsafeBytes { source in
                unsafe stream.next_in = UnsafeMutablePointer(
                    mutating: source.assumingMemoryBound(to: UInt8.self).baseAddress
                )
                unsafe stream.avail_in = uInt(source.count)
                unsafe stream.next_out = buffer.baseAddress
                unsafe stream.avail_out = uInt(capacity)
                status = unsafe deflate(&stream, Z_FINISH)
                length = unsafe capacity - Int(stream.avail_out)
            }
        }
        guard status == Z_STREAM_END else { throw .memory }
        return result
    }

    static func decode(_ bytes: [UInt8], limit: Int) throws(CacheError) -> [UInt8] {
        var size = min(limit, bytes.count.multipliedClamped(by: largestRatio))
        var result: [UInt8] = []
        // To reserve the limit could take more memory than the machine has, which ends the program.
        if size > largestReserved {
            size = 0
            try decompress(bytes, limit: limit, into: &result) { part in
                size += part.count
                part.removeAll(keepingCapacity: true)
            }
        }
        // Unused capacity costs nothing, and a result that moves while it grows costs twice.
        result.reserveCapacity(size.addingClamped(partSize))
        try decompress(bytes, limit: limit, into: &result) { _ in }
        return result
    }

    private static let partSize = 1 << 18
    /// The largest result for which capacity is reserved before its size is measured.
    private static let largestReserved = 1 << 26
    /// The largest number of bytes that deflate makes of one byte.
    private static let largestRatio = 1_032

    /// Decompresses part by part, and calls `afterPart` after each, which may empty the result.
    ///
    /// Before the error for more than `limit` bytes, one part more can be appended.
    private static func decompress(
        _ bytes: [UInt8],
        limit: Int,
        into result: inout [UInt8],
        afterPart: (inout [UInt8]) -> Void
    ) throws(CacheError) {
        let damaged = CacheError.damaged("its gzip stream is damaged or too large")
        let decompressor = try GzipDecompressor()
        var (used, count) = (0, 0)
        while used < bytes.count || !decompressor.isAtEnd {
            let rest = bytes[used...]
            let before = result.count
            do throws(CacheError) {
                used += try decompressor.decompress(rest, appendingTo: &result, limit: partSize)
            } catch {
                throw damaged
            }
            let added = result.count - before
            count += added
            // No progress means that the input ended in the middle.
            guard added > 0 || used > rest.startIndex, count <= limit else { throw damaged }
            afterPart(&result)
        }
    }
}
