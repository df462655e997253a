internal import BuildspecFiles
internal import CZlib

/// The gzip codec: level 1, any number of members, by zlib.
enum GzipCodec {
    private static let level: CInt = 1
    /// The largest window, with a gzip header.
    private static let windowBits: CInt = 15 + 16

    static func encode(_ bytes: [UInt8]) throws(CacheError) -> [UInt8] {
        var stream = unsafe z_stream()
        let version = ZLIB_VERSION
        let size = unsafe CInt(MemoryLayout<z_stream>.size)
        guard
            unsafe deflateInit2_(
                &stream,
                level,
                Z_DEFLATED,
                windowBits,
                8,
                Z_DEFAULT_STRATEGY,
                version,
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
        // To reserve the limit could take more memory than the machine has, which ends the program.
        if size > largestReserved {
            size = 0
            try inflate(bytes, limit: limit) { size += $0.count }
        }
        var result: [UInt8] = []
        // Unused capacity costs nothing, and a result that moves while it grows costs twice.
        result.reserveCapacity(size.addingClamped(partSize))
        try inflate(bytes, limit: limit) { result.append(contentsOf: $0) }
        return result
    }

    private static let partSize = 1 << 18
    /// The largest result for which capacity is reserved before its size is measured.
    private static let largestReserved = 1 << 26
    /// The largest number of bytes that deflate makes of one byte.
    private static let largestRatio = 1_032

    /// Decompresses part by part, in little memory.
    ///
    /// - Parameters:
    ///   - bytes: The members.
    ///   - limit: The largest accepted number of bytes; one part more can be passed on before the
    ///     error.
    ///   - receive: Receives one part after the other.
    /// - Throws: `damaged` if the bytes are not gzip members, or their content is too large.
    private static func inflate(
        _ bytes: [UInt8],
        limit: Int,
        _ receive: ([UInt8]) -> Void
    ) throws(CacheError) {
        var stream = unsafe z_stream()
        let size = unsafe CInt(MemoryLayout<z_stream>.size)
        guard unsafe inflateInit2_(&stream, windowBits, ZLIB_VERSION, size) == Z_OK else {
            throw .memory
        }
        defer { unsafe inflateEnd(&stream) }
        var status = Z_OK
        var count = 0
        unsafe bytes.withUnsafeBytes { source in
            unsafe stream.next_in = UnsafeMutablePointer(
                mutating: source.assumingMemoryBound(to: UInt8.self).baseAddress
            )
            unsafe stream.avail_in = uInt(source.count)
            while status == Z_OK, count <= limit {
                let part = unsafe inflatePart(&stream, &status)
                count += part.count
                receive(part)
                // Another member may follow.
                if status == Z_STREAM_END, unsafe stream.avail_in > 0 {
                    status = unsafe inflateReset(&stream)
                }
            }
        }
        guard status == Z_STREAM_END, unsafe stream.avail_in == 0, count <= limit else {
            throw .damaged("its gzip stream is damaged or too large")
        }
    }

    private static func inflatePart(
        _ stream: inout z_stream,
        _ status: inout CInt
    ) -> [UInt8] {
        let capacity = partSize
        let part = unsafe [UInt8](unsafeUninitializedCapacity: capacity) { buffer, length in
            unsafe stream.next_out = buffer.baseAddress
            unsafe stream.avail_out = uInt(capacity)
            status = unsafe CZlib.inflate(&stream, Z_NO_FLUSH)
            length = unsafe capacity - Int(stream.avail_out)
        }
        // No progress means that the input ended in the middle.
        if part.isEmpty, status == Z_OK { status = Z_BUF_ERROR }
        return part
    }
}
