internal import CZstd
internal import Synchronization

/// The Zstandard codec: level 1, frames of a limited size that declare their content size.
///
/// Because every frame declares its size, a reader finds the frame with a given offset without
/// decompressing the frames before it.
enum ZstandardCodec {
    /// The approximate content size of a frame; a frame has at most half as many bytes more.
    static let frameSize = 512 << 10

    /// The parameters of level 1 for frames of this size, but with half the hash table, which then
    /// fits the fastest cache: a tenth less time for 3 % more bytes.
    private static let parameters = [
        (ZSTD_c_compressionLevel, 1 as CInt), (ZSTD_c_windowLog, 19), (ZSTD_c_hashLog, 13),
        (ZSTD_c_minMatch, 7),
    ]

    /// Contexts for later frames, because to make one costs more than to compress a small frame.
    private static let idleCompressors = Mutex<[UInt]>([])
    private static let idleDecompressors = Mutex<[UInt]>([])

    private static func compressionContext() throws(CacheError) -> OpaquePointer {
        if let idle = unsafe reuse(idleCompressors) { return unsafe idle }
        guard let context = unsafe ZSTD_createCCtx() else { throw .memory }
        for (parameter, value) in parameters {
            _ = unsafe ZSTD_CCtx_setParameter(context, parameter, value)
        }
        return unsafe context
    }

    private static func decompressionContext() throws(CacheError) -> OpaquePointer {
        if let idle = unsafe reuse(idleDecompressors) { return unsafe idle }
        guard let context = unsafe ZSTD_createDCtx() else { throw .memory }
        return unsafe context
    }

    /// Keeps a context for the next frame, unless an unusual frame has made it large.
    private static func recycle(decompressor context: OpaquePointer) {
        if unsafe ZSTD_sizeof_DCtx(context) > 8 * frameSize {
            unsafe ZSTD_freeDCtx(context)
        } else {
            idleDecompressors.withLock { $0.append(UInt(bitPattern: context)) }
        }
    }

    private static func reuse(_ idle: borrowing Mutex<[UInt]>) -> OpaquePointer? {
        unsafe idle.withLock { $0.popLast() }.flatMap { unsafe OpaquePointer(bitPattern: $0) }
    }

    /// Compresses bytes into frames of about the same size.
    static func encode(_ bytes: [UInt8]) throws(CacheError) -> [UInt8] {
        try encode(parts(bytes.count)[...], of: bytes)
    }

    /// Compresses bytes into the same frames on several threads.
    static func encodeInBlocks(_ bytes: [UInt8]) async throws(CacheError) -> [UInt8] {
        let frames = await parts(bytes.count).mapBlocks(of: 1) { part in
            Result { () throws(CacheError) in try encode(part, of: bytes) }
        }
        var result: [UInt8] = []
        for frame in frames { result += try frame.get() }
        return result
    }

    /// The ranges of the content that become frames.
    private static func parts(_ count: Int) -> [Range<Int>] {
        let frames = max(1, (count + frameSize / 2) / frameSize)
        let size = (count + frames - 1) / frames
        return (0..<frames).map { min($0 * size, count)..<min(($0 + 1) * size, count) }
    }

    private static func encode(
        _ parts: ArraySlice<Range<Int>>,
        of bytes: [UInt8]
    ) throws(CacheError) -> [UInt8] {
        let context = unsafe try compressionContext()
        defer { idleCompressors.withLock { $0.append(UInt(bitPattern: context)) } }
        var failed = false
        let capacity = parts.reduce(0) { $0 + ZSTD_compressBound($1.count) }
        let result = unsafe [UInt8](unsafeUninitializedCapacity: capacity) { buffer, length in
            unsafe bytes.withUnsafeBytes { source in
                for part in parts {
                    let content = unsafe UnsafeRawBufferPointer(rebasing: source[part])
                    let free = unsafe buffer.baseAddress.map { unsafe $0 + length }
                    let written = unsafe ZSTD_compress2(
                        context,
                        free,
                        capacity - length,
                        content.baseAddress,
                        content.count
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
        /// The position of the frame in the object.
        var stored: Range<Int>
        /// The part of the content in the frame, or the start of that part that a reader needs.
        var content: Range<Int>
    }

    /// Shortens the content of whole frames to what `ranges`, which are ordered by their start,
    /// need; the content of a frame that is not needed becomes empty.
    static func needed(for ranges: [Range<Int>], of frames: [Frame]) -> [Frame] {
        var needed = frames.map { Frame(stored: $0.stored, content: $0.content.prefix(0)) }
        // The frames between `next` and `reached` are needed whole already.
        var (next, reached) = (0, 0)
        for range in ranges {
            while next < frames.count, frames[next].content.upperBound <= range.lowerBound {
                next += 1
            }
            for index in max(next, reached)..<frames.count {
                let whole = frames[index].content
                guard whole.lowerBound < range.upperBound else { break }
                reached = index
                let end = max(
                    needed[index].content.upperBound,
                    min(range.upperBound, whole.upperBound)
                )
                needed[index].content = whole.lowerBound..<end
            }
        }
        for index in needed.indices {
            // To stop early costs a copy, which less than a quarter of the frame is not worth.
            let (part, whole) = (needed[index].content.count, frames[index].content.count)
            if part > whole - whole / 4 { needed[index].content = frames[index].content }
        }
        return needed
    }

    /// Finds the frames of an encoded object.
    ///
    /// - Throws: `damaged` if frames do not declare their sizes, or their sum is above `limit`.
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
                Frame(stored: stored..<stored + length, content: content..<content + Int(size))
            )
            stored += length
            content += Int(size)
        }
        return frames
    }

    static func decode(_ bytes: [UInt8], limit: Int) throws(CacheError) -> [UInt8] {
        try decode(try frames(of: bytes, limit: limit)[...], of: bytes)
    }

    /// Decompresses frames and concatenates their contents.
    static func decode(
        _ frames: ArraySlice<Frame>,
        of bytes: [UInt8]
    ) throws(CacheError) -> [UInt8] {
        var result: [UInt8] = []
        result.reserveCapacity(frames.reduce(0) { $0 + $1.content.count })
        try decode(frames, of: bytes, appendingTo: &result)
        return result
    }

    /// Decompresses frames, each as far as its `content` says, and appends the results.
    static func decode(
        _ frames: some Sequence<Frame>,
        of bytes: [UInt8],
        appendingTo result: inout [UInt8]
    ) throws(CacheError) {
        let context = unsafe try decompressionContext()
        defer { unsafe recycle(decompressor: context) }
        var failed = false
        for frame in frames {
            result.append(addingCapacity: frame.content.count) { span in
                unsafe span.withUnsafeMutableBufferPointer { target, initialized in
                    unsafe bytes.withUnsafeBytes { source in
                        let stored = unsafe UnsafeRawBufferPointer(rebasing: source[frame.stored])
                        let part = unsafe UnsafeMutableRawBufferPointer(
                            start: target.baseAddress,
                            count: frame.content.count
                        )
                        let isDone = unsafe decode(stored, into: part, context)
                        initialized = isDone ? part.count : 0
                        failed = failed || !isDone
                    }
                }
            }
        }
        if failed { throw .damaged("a zstd frame is damaged") }
    }

    /// Fills `target` with the start of a frame; `false` if the frame is damaged or too short.
    private static func decode(
        _ frame: UnsafeRawBufferPointer,
        into target: UnsafeMutableRawBufferPointer,
        _ context: OpaquePointer
    ) -> Bool {
        let contentSize = unsafe ZSTD_getFrameContentSize(frame.baseAddress, frame.count)
        if contentSize <= target.count {
            let count = unsafe ZSTD_decompressDCtx(
                context,
                target.baseAddress,
                target.count,
                frame.baseAddress,
                frame.count
            )
            return count == target.count
        }
        _ = unsafe ZSTD_DCtx_reset(context, ZSTD_reset_session_only)
        var input = unsafe ZSTD_inBuffer(src: frame.baseAddress, size: frame.count, pos: 0)
        var output = unsafe ZSTD_outBuffer(dst: target.baseAddress, size: target.count, pos: 0)
        while unsafe output.pos < output.size {
            let before = unsafe input.pos + output.pos
            let rest = unsafe ZSTD_decompressStream(context, &output, &input)
            // Zero is the end of the frame, which comes too early.
            let after = unsafe input.pos + output.pos
            if ZSTD_isError(rest) != 0 || after == before { return false }
            if rest == 0 { break }
        }
        return unsafe output.pos == output.size
    }
}
