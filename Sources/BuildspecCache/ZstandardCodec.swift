internal import CZstd
internal import Synchronization

/// Zstandard as the format uses it: level 1, frames of a bounded size that declare their size.
///
/// Because every frame tells how long it is, a reader finds the frame that holds a given offset
/// without decompressing those before it.
enum ZstandardCodec {
    /// About how many bytes go into one frame: at most half as many again.
    static let frameSize = 512 << 10

    /// What level 1 stands for, for frames of this size; the hash table is halved so that it stays in
    /// the fastest cache: a tenth less time for 3 % more bytes.
    private static let parameters = [
        (ZSTD_c_compressionLevel, 1 as CInt), (ZSTD_c_windowLog, 19), (ZSTD_c_hashLog, 13),
        (ZSTD_c_minMatch, 7),
    ]

    /// Contexts that wait to be used again, because making one costs more than many a frame.
    private static let idleContexts = Mutex<[UInt]>([])

    private static func compressionContext() throws(CacheError) -> OpaquePointer {
        if let idle = idleContexts.withLock({ $0.popLast() }),
            let context = unsafe OpaquePointer(bitPattern: idle)
        {
            return unsafe context
        }
        guard let context = unsafe ZSTD_createCCtx() else { throw .memory }
        for (parameter, value) in parameters {
            _ = unsafe ZSTD_CCtx_setParameter(context, parameter, value)
        }
        return unsafe context
    }

    static func encode(_ bytes: [UInt8]) throws(CacheError) -> [UInt8] {
        let context = unsafe try compressionContext()
        defer { idleContexts.withLock { $0.append(UInt(bitPattern: context)) } }
        var failed = false
        let frames = max(1, (bytes.count + frameSize / 2) / frameSize)
        let size = (bytes.count + frames - 1) / frames
        let room = ZSTD_compressBound(size) * frames
        let result = unsafe [UInt8](unsafeUninitializedCapacity: room) { buffer, length in
            unsafe bytes.withUnsafeBytes { source in
                for frame in 0..<frames {
                    let start = min(frame * size, source.count)
                    let part = unsafe source[start..<min(start + size, source.count)]
                    let piece = unsafe UnsafeRawBufferPointer(rebasing: part)
                    let free = unsafe buffer.baseAddress.map { unsafe $0 + length }
                    let written = unsafe ZSTD_compress2(
                        context,
                        free,
                        room - length,
                        piece.baseAddress,
                        piece.count
                    )
                    failed = failed || ZSTD_isError(written) != 0
                    if failed { return }
                    length += written
                }
            }
        }
        if failed { throw .memory }
        return result
    }

    /// One frame of an encoded object.
    struct Frame: Sendable, Equatable {
        /// Where it lies in the object.
        var stored: Range<Int>
        /// Which part of the content it holds.
        var content: Range<Int>
    }

    /// The frames of an encoded object.
    ///
    /// - Throws: when the bytes are not frames that declare their sizes, or declare more than
    ///   `limit` bytes together.
    static func frames(of bytes: [UInt8], limit: Int) throws(CacheError) -> [Frame] {
        var frames: [Frame] = []
        var stored = 0
        var content = 0
        while stored < bytes.count {
            let (size, length) = unsafe bytes.withUnsafeBytes { buffer in
                let rest = unsafe UnsafeRawBufferPointer(rebasing: buffer[stored...])
                let size = unsafe ZSTD_getFrameContentSize(rest.baseAddress, rest.count)
                let length = unsafe ZSTD_findFrameCompressedSize(rest.baseAddress, rest.count)
                return (size, length)
            }
            guard ZSTD_isError(length) == 0, length > 0, size <= UInt64(limit - content) else {
                throw .damaged("its zstd frames are damaged or too large")
            }
            frames.append(
                Frame(
                    stored: stored..<stored + length,
                    content: content..<content + Int(size)
                )
            )
            stored += length
            content += Int(size)
        }
        return frames
    }

    static func decode(_ bytes: [UInt8], limit: Int) throws(CacheError) -> [UInt8] {
        let frames = try frames(of: bytes, limit: limit)
        var result: [UInt8] = []
        result.reserveCapacity(frames.last?.content.upperBound ?? 0)
        try decode(frames, of: bytes, appendingTo: &result)
        return result
    }

    /// Decompresses some frames one behind the other, to the end of `result`.
    static func decode(
        _ frames: some Sequence<Frame>,
        of bytes: [UInt8],
        appendingTo result: inout [UInt8]
    ) throws(CacheError) {
        guard let context = unsafe ZSTD_createDCtx() else { throw .memory }
        defer { unsafe ZSTD_freeDCtx(context) }
        var failed = false
        for frame in frames {
            result.append(addingCapacity: frame.content.count) { span in
                unsafe span.withUnsafeMutableBufferPointer { room, initialized in
                    unsafe bytes.withUnsafeBytes { source in
                        let piece = unsafe UnsafeRawBufferPointer(rebasing: source[frame.stored])
                        let written = unsafe ZSTD_decompressDCtx(
                            context,
                            room.baseAddress,
                            frame.content.count,
                            piece.baseAddress,
                            piece.count
                        )
                        initialized = written == frame.content.count ? written : 0
                        failed = failed || written != frame.content.count
                    }
                }
            }
        }
        if failed { throw .damaged("a zstd frame is damaged") }
    }
}
