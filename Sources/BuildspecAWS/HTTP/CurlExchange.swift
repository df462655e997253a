internal import BuildspecFiles
internal import Crypto
internal import Synchronization

/// What arrives for one request, while libcurl's callbacks hand it over.
final class CurlExchange: Sendable {
    /// Headers beyond this are no service's.
    private static let headerLimit = 1 << 18

    private struct State {
        var headers: [HTTPRequest.Header] = []
        var headerSize = 0
        var body: [UInt8] = []
        /// Goes over the body while each part of it is still in the processor's cache.
        var hash: SHA256?
        var isTooLarge = false
    }

    private let limit: Int
    private let state: Mutex<State>
    private let cancelled = Atomic(false)

    /// Makes an exchange whose body has at most `limit` bytes, and is hashed while it comes if wanted.
    init(limit: Int, isHashing: Bool = false) {
        self.limit = limit
        state = Mutex(State(hash: isHashing ? SHA256() : nil))
    }

    /// The exchange that a callback is handed.
    static func from(_ context: UnsafeMutableRawPointer?) -> CurlExchange? {
        guard let context = unsafe context else { return nil }
        return unsafe Unmanaged<CurlExchange>.fromOpaque(context).takeUnretainedValue()
    }

    var headers: [HTTPRequest.Header] { state.withLock(\.headers) }

    /// The body, which is handed over and not copied, and its SHA-256 if that was wanted.
    func takenBody() -> (bytes: [UInt8], sha256: [UInt8]?) {
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

    /// Takes a part of the body; gives `false` to stop.
    func takeBody(_ bytes: UnsafeRawBufferPointer) -> Bool {
        state.withLock { state in
            if state.body.count + bytes.count > limit { state.isTooLarge = true }
            if state.isTooLarge { return false }
            unsafe state.body.append(contentsOf: bytes)
            unsafe state.hash?.update(bufferPointer: bytes)
            return true
        }
    }

    /// Takes a line of the head, also of an interim answer, which a status line ends; gives `false`
    /// to stop.
    func takeHeader(_ bytes: UnsafeRawBufferPointer) -> Bool {
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
                // Only a hint: what is promised may never come, so no more than a large object.
                if header.name.lowercased() == "content-length", let size = Int(header.value) {
                    state.body.reserveLargePages(max(0, min(size, limit, 64 << 20)))
                }
            }
            return true
        }
    }
}
