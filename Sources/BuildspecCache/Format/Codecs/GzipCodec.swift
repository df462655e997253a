internal import BuildspecFiles
internal import CZlib

/// Gzip by zlib, level 1, of any number of members.
enum GzipCodec {
    private static let level: CInt = 1
    /// zlib: the largest window, with a gzip header.
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
        let room = unsafe Int(deflateBound(&stream, uLong(bytes.count)))
        var status = Z_OK
        let result = unsafe [UInt8](unsafeUninitializedCapacity: room) { buffer, length in
            unsafe bytes.withUnsafeBytes { source in
                unsafe stream.next_in = UnsafeMutablePointer(
                    mutating: source.assumingMemoryBound(to: UInt8.self).baseAddress
                )
                unsafe stream.avail_in = uInt(source.count)
                unsafe stream.next_out = buffer.baseAddress
                unsafe stream.avail_out = uInt(room)
                status = unsafe deflate(&stream, Z_FINISH)
                length = unsafe room - Int(stream.avail_out)
            }
        }
        guard status == Z_STREAM_END else { throw .memory }
        return result
    }

    static func decode(_ bytes: [UInt8], limit: Int) throws(CacheError) -> [UInt8] {
        var size = min(limit, bytes.count.times(mostExpansion))
        // Room for all that is believed may be more than the machine has, and then the program ends.
        if size > mostUnmeasured {
            size = 0
            try inflate(bytes, limit: limit) { size += $0.count }
        }
        var result: [UInt8] = []
        // Room that is not used costs nothing, and a result that moves while it grows costs twice.
        result.reserveCapacity(size.plus(partSize))
        try inflate(bytes, limit: limit) { result.append(contentsOf: $0) }
        return result
    }

    private static let partSize = 1 << 18
    /// What may become larger is measured before room is made for it.
    private static let mostUnmeasured = 1 << 26
    /// Deflate makes no more bytes than so many of one.
    private static let mostExpansion = 1_032

    /// Decompresses in little memory.
    ///
    /// - Parameters:
    ///   - bytes: the members.
    ///   - limit: how many bytes are believed; somewhat more may be taken before more is an error.
    ///   - take: is given one part after the other.
    /// - Throws: when they are no such members, or hold more than is believed.
    private static func inflate(
        _ bytes: [UInt8],
        limit: Int,
        _ take: ([UInt8]) -> Void
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
                take(part)
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
        let room = partSize
        let part = unsafe [UInt8](unsafeUninitializedCapacity: room) { buffer, length in
            unsafe stream.next_out = buffer.baseAddress
            unsafe stream.avail_out = uInt(room)
            status = unsafe CZlib.inflate(&stream, Z_NO_FLUSH)
            length = unsafe room - Int(stream.avail_out)
        }
        // No progress means that the input ended in the middle.
        if part.isEmpty, status == Z_OK { status = Z_BUF_ERROR }
        return part
    }
}
