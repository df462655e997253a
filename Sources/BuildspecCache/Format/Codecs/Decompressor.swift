internal import CZlib
internal import CZstd

/// A decompressor of a stream that comes in parts and need not be trusted.
protocol Decompressor {
    /// Decompresses the next bytes of the stream, appends at most `limit` bytes to `output`, and
    /// returns the number of bytes of `input` that were used.
    mutating func decompress(
        _ input: ArraySlice<UInt8>,
        appendingTo output: inout [UInt8],
        limit: Int
    ) throws(CacheError) -> Int

    /// Whether the stream can end after the bytes that were used so far.
    var isAtEnd: Bool { get }
}

/// A decompressor of bytes that are not compressed.
struct PlainDecompressor: Decompressor {
    let isAtEnd = true

    func decompress(
        _ input: ArraySlice<UInt8>,
        appendingTo output: inout [UInt8],
        limit: Int
    ) throws(CacheError) -> Int {
        let part = input.prefix(limit)
        output.append(contentsOf: part)
        return part.count
    }
}

/// A decompressor of gzip streams with any number of members, by zlib.
@safe final class GzipDecompressor: Decompressor {
    // zlib keeps the structure's address, so the structure must not move.
    private let stream: UnsafeMutablePointer<z_stream>
    private(set) var isAtEnd = false

    init() throws(CacheError) {
        unsafe stream = .allocate(capacity: 1)
        unsafe stream.initialize(to: z_stream())
        let size = unsafe CInt(MemoryLayout<z_stream>.size)
        // The largest window, with a gzip header.
        guard unsafe inflateInit2_(stream, 15 + 16, ZLIB_VERSION, size) == Z_OK else {
            throw .memory
        }
    }

    deinit {
        unsafe inflateEnd(stream)
        unsafe stream.deallocate()
    }

    func decompress(
        _ input: ArraySlice<UInt8>,
        appendingTo output: inout [UInt8],
        limit: Int
    ) throws(CacheError) -> Int {
        guard !input.isEmpty else { return 0 }
        if isAtEnd {
            // Another member follows.
            unsafe inflateReset(stream)
            isAtEnd = false
        }
        var status = Z_OK
        let bytes = unsafe [UInt8](unsafeUninitializedCapacity: limit) { target, count in
            unsafe input.withUnsafeBytes { source in
                unsafe stream.pointee.next_in = UnsafeMutablePointer(
                    mutating: source.assumingMemoryBound(to: UInt8.self).baseAddress
                )
                unsafe stream.pointee.avail_in = uInt(source.count)
                unsafe stream.pointee.next_out = target.baseAddress
                unsafe stream.pointee.avail_out = uInt(limit)
                status = unsafe inflate(stream, Z_NO_FLUSH)
                count = unsafe limit - Int(stream.pointee.avail_out)
            }
        }
        guard status == Z_OK || status == Z_STREAM_END || status == Z_BUF_ERROR else {
            throw .damaged("the archive's gzip stream is damaged")
        }
        isAtEnd = status == Z_STREAM_END
        output.append(contentsOf: bytes)
        return unsafe input.count - Int(stream.pointee.avail_in)
    }
}

/// A decompressor of Zstandard streams with any number of frames and windows up to 128 MiB.
@safe final class ZstandardDecompressor: Decompressor {
    private let context: OpaquePointer
    private(set) var isAtEnd = true

    init() throws(CacheError) {
        guard let context = unsafe ZSTD_createDCtx() else { throw .memory }
        unsafe self.context = unsafe context
        unsafe ZSTD_DCtx_setParameter(context, ZSTD_d_windowLogMax, 27)
    }

    deinit {
        unsafe ZSTD_freeDCtx(context)
    }

    func decompress(
        _ input: ArraySlice<UInt8>,
        appendingTo output: inout [UInt8],
        limit: Int
    ) throws(CacheError) -> Int {
        var used = 0
        var status = 0
        let bytes = unsafe [UInt8](unsafeUninitializedCapacity: limit) { target, count in
            unsafe input.withUnsafeBytes { source in
                var part = unsafe ZSTD_inBuffer(src: source.baseAddress, size: source.count, pos: 0)
                var result = unsafe ZSTD_outBuffer(dst: target.baseAddress, size: limit, pos: 0)
                status = unsafe ZSTD_decompressStream(context, &result, &part)
                used = unsafe part.pos
                count = unsafe result.pos
            }
        }
        guard ZSTD_isError(status) == 0 else {
            throw .damaged("the archive's zstd stream is damaged or needs too much memory")
        }
        if used > 0 || !bytes.isEmpty { isAtEnd = status == 0 }
        output.append(contentsOf: bytes)
        return used
    }
}
