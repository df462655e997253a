internal import CZstd

/// Zstandard as the format uses it: level 1, frames of a bounded size that declare their size.
///
/// Because every frame tells how long it is, a reader finds the frame that holds a given offset
/// without decompressing those before it.
enum ZstandardCodec {
    /// How many bytes go into one frame.
    static let frameSize = 1 << 20
    private static let level: CInt = 1

    static func encode(_ bytes: [UInt8]) throws(CacheError) -> [UInt8] {
        guard let context = unsafe ZSTD_createCCtx() else { throw .memory }
        defer { unsafe ZSTD_freeCCtx(context) }
        var failed = false
        let frames = max(1, (bytes.count + frameSize - 1) / frameSize)
        let room = ZSTD_compressBound(min(frameSize, bytes.count)) * frames
        let result = unsafe [UInt8](unsafeUninitializedCapacity: room) { buffer, length in
            unsafe bytes.withUnsafeBytes { source in
                for frame in 0..<frames {
                    let start = frame * frameSize
                    let part = unsafe source[start..<min(start + frameSize, source.count)]
                    let piece = unsafe UnsafeRawBufferPointer(rebasing: part)
                    let free = unsafe buffer.baseAddress.map { unsafe $0 + length }
                    let written = unsafe ZSTD_compressCCtx(
                        context,
                        free,
                        room - length,
                        piece.baseAddress,
                        piece.count,
                        level
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
    struct Frame {
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
        var result = [UInt8](repeating: 0, count: frames.last?.content.upperBound ?? 0)
        try decode(frames, of: bytes, into: &result)
        return result
    }

    /// Decompresses some frames, each to its place in `result`.
    static func decode(
        _ frames: [Frame],
        of bytes: [UInt8],
        into result: inout [UInt8]
    ) throws(CacheError) {
        guard let context = unsafe ZSTD_createDCtx() else { throw .memory }
        defer { unsafe ZSTD_freeDCtx(context) }
        var failed = false
        unsafe result.withUnsafeMutableBytes { target in
            unsafe bytes.withUnsafeBytes { source in
                for frame in frames {
                    let room = unsafe UnsafeMutableRawBufferPointer(rebasing: target[frame.content])
                    let piece = unsafe UnsafeRawBufferPointer(rebasing: source[frame.stored])
                    let written = unsafe ZSTD_decompressDCtx(
                        context,
                        room.baseAddress,
                        room.count,
                        piece.baseAddress,
                        piece.count
                    )
                    failed = failed || written != frame.content.count
                }
            }
        }
        if failed { throw .damaged("a zstd frame is damaged") }
    }
}
