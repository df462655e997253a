internal import BuildspecFiles
internal import Crypto
internal import Synchronization

/// The response to one request, filled by libcurl's callbacks.
final class CurlExchange: Sendable {
    /// The largest size of all headers in bytes, far above what any service sends.
    private static let headerLimit = 1 << 18

    private struct State {
        var headers: [HTTPRequest.Header] = []
        var headerSize = 0
        var body: [UInt8] = []
        /// Hashes each part of the body while it is still in the processor's cache.
        var hash: SHA256?
        var isTooLarge = false
    }

    private let limit: Int
    private let state: Mutex<State>
    private let cancelled = Atomic(false)

    /// Creates an exchange whose body has at most `limit` bytes and is hashed as it arrives if
    /// `isHashing` is set.
    init(limit: Int, isHashing: Bool = false) {
        self.limit = limit
        state = Mutex(State(hash: isHashing ? SHA256() : nil))
    }

    /// The exchange that a callback gets as its context.
    static func from(_ context: UnsafeMutableRawPointer?) -> CurlExchange? {
        guard let context = unsafe context else { return nil }
        return unsafe Unmanaged<CurlExchange>.fromOpaque(context).takeUnretainedValue()
    }

    var headers: [HTTPRequest.Header] { state.withLock(\.headers) }

    /// Moves the body out without a copy, with its SHA-256 if the exchange hashes.
    func consumeBody() -> (bytes: [UInt8], sha256: [UInt8]?) {
        state.withLock { state in
            let body = state.body
            state.body = []
            return (body, state.hash.map { Array($0.finalize()) })
        }
    }

    var isTooLarge: Bool { state.withLock(\.isTooLarge) }

    var isCancelled: Bool { cancelled.load(ordering: .relaxed) }

    func cancel() {
        cancelled.store(true, ordering: .relaxed)
    }

    /// Appends a part of the body, and returns whether the transfer continues.
    func appendBody(_ bytes: UnsafeRawBufferPointer) -> Bool {
        state.withLock { state in
            if state.body.count + bytes.count > limit { state.isTooLarge = true }
            if state.isTooLarge { return false }
            unsafe state.body.append(contentsOf: bytes)
            unsafe state.hash?.update(bufferPointer: bytes)
            return true
        }
    }

    /// Appends a header line, and returns whether the transfer continues.
    ///
    /// A status line discards the headers of an interim response.
    func appendHeader(_ bytes: UnsafeRawBufferPointer) -> Bool {
        let line = unsafe String(decoding: bytes, as: UTF8.self)
        return state.withLock { state in
            state.headerSize += line.utf8.count
            if state.headerSize > CurlExchange.headerLimit { state.isTooLarge = true }
            if state.isTooLarge { return false }
            if line.hasPrefix("HTTP/") { state.headers = [] }
            if let colon = line.firstIndex(of: ":"), !line.hasPrefix("HTTP/") {
                let value = line[line.index(after: colon)...].split(whereSeparator: \.isWhitespace)
                let header = HTTPRequest.Header(
                    String(line[..<colon]),
                    value.joined(separator: " ")
                )
                state.headers.append(header)
                // Only a hint: the announced bytes may never arrive, so reserve at most 64 MiB.
                if header.name.lowercased() == "content-length", let size = Int(header.value) {
                    state.body.reserveLargePages(max(0, min(size, limit, 64 << 20)))
                }
            }
            return true
        }
    }
}
