internal import CLibdeflate
internal import CZlib

/// CRC-32 as ZIP uses it.
enum Checksum {
    /// By libdeflate, which uses the processor's instructions.
    static func of(_ bytes: Span<UInt8>) -> UInt32 {
        unsafe bytes.withUnsafeBytes { unsafe libdeflate_crc32(0, $0.baseAddress, $0.count) }
    }

    /// Returns the checksum of two texts in a row; the second one has `count` bytes.
    static func combining(_ first: UInt32, _ second: UInt32, count: Int) -> UInt32 {
        UInt32(truncatingIfNeeded: crc32_combine(uLong(first), uLong(second), count))
    }
}

/// A compressor of whole files in memory: libdeflate, which is about twice as fast as zlib.
@safe final class WholeDeflater {
    private let compressor: OpaquePointer

    init(level: Int) throws(ZipError) {
        guard let compressor = unsafe libdeflate_alloc_compressor(CInt(level)) else {
            throw .memory
        }
        unsafe self.compressor = unsafe compressor
    }

    deinit {
        unsafe libdeflate_free_compressor(compressor)
    }

    /// Appends the compressed bytes, or nothing if they would not be fewer; returns whether it did.
    func deflate(_ bytes: Span<UInt8>, appendingTo output: inout [UInt8]) -> Bool {
        guard bytes.count > 1 else { return false }
        var size = 0
        output.append(addingCapacity: bytes.count - 1) { span in
            unsafe span.withUnsafeMutableBufferPointer { space, initialized in
                size = unsafe bytes.withUnsafeBytes { source in
                    unsafe libdeflate_deflate_compress(
                        compressor,
                        source.baseAddress,
                        source.count,
                        space.baseAddress,
                        bytes.count - 1
                    )
                }
                initialized = size
            }
        }
        return size > 0
    }
}

/// A compressor of parts that make one stream in a row, by zlib.
enum PartDeflater {
    static let windowSize = 1 << 15

    /// Appends a compressed part, which ends on a byte boundary.
    static func deflate(
        _ bytes: Span<UInt8>,
        after window: Span<UInt8>,
        isLast: Bool,
        level: Int,
        appendingTo output: inout [UInt8]
    ) throws(ZipError) {
        var stream = unsafe z_stream()
        let size = unsafe CInt(MemoryLayout<z_stream>.size)
        guard
            unsafe deflateInit2_(
                &stream,
                CInt(level),
                Z_DEFLATED,
                -15,
                8,
                Z_DEFAULT_STRATEGY,
                ZLIB_VERSION,
                size
            ) == Z_OK
        else { throw .memory }
        defer { unsafe deflateEnd(&stream) }
        // A flush needs a few bytes more than the bound for a whole stream.
        let capacity = unsafe Int(deflateBound(&stream, uLong(bytes.count))) + 64
        var status = Z_OK
        unsafe window.withUnsafeBufferPointer { window in
            guard !window.isEmpty else { return }
            status = unsafe deflateSetDictionary(&stream, window.baseAddress, uInt(window.count))
        }
        guard status == Z_OK else { throw .memory }
        output.append(addingCapacity: capacity) { span in
            unsafe span.withUnsafeMutableBufferPointer { space, initialized in
                unsafe bytes.withUnsafeBufferPointer { source in
                    unsafe stream.next_in = UnsafeMutablePointer(mutating: source.baseAddress)
                    unsafe stream.avail_in = uInt(source.count)
                    unsafe stream.next_out = space.baseAddress
                    unsafe stream.avail_out = uInt(capacity)
                    status = unsafe CZlib.deflate(&stream, isLast ? Z_FINISH : Z_SYNC_FLUSH)
                    initialized = unsafe capacity - Int(stream.avail_out)
                }
            }
        }
        let isDone = unsafe stream.avail_in == 0 && stream.avail_out > 0
        guard isDone, status == (isLast ? Z_STREAM_END : Z_OK) else { throw .memory }
    }
}
