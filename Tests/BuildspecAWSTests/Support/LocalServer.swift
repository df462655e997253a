import Foundation
import Synchronization

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// An HTTP/1.1 server on a free port of this machine, which misbehaves on request.
///
/// It reads each request completely, and then performs the action that a function returns for it.
final class LocalServer: Sendable {
    /// A response to a request.
    enum Action: Sendable {
        case answer(String)
        /// Answers and closes the connection.
        case answerAndClose(String)
        case close
        /// Neither answers nor closes the connection until the server ends.
        case stall
    }

    let port: Int
    private let listener: Int32
    private let requests = Mutex<[String]>([])
    private let connections = Mutex<[Int32]>([])

    init(_ action: @escaping @Sendable (String, Int) -> Action) throws {
        // A write to a closed connection must not end the test run.
        _ = signal(SIGPIPE, SIG_IGN)
        let (listener, port) = try LocalServer.bound()
        guard listen(listener, 64) == 0 else { throw CocoaError(.fileReadUnknown) }
        self.port = port
        self.listener = listener
        Thread.detachNewThread { [weak self] in
            while true {
                let connection = accept(listener, nil, nil)
                guard connection >= 0, let self else { return }
                connections.withLock { $0.append(connection) }
                Thread.detachNewThread { self.serve(connection, action) }
            }
        }
    }

    /// Returns a port that refuses connections: it is bound, so no other process gets it, and
    /// nothing listens on it.
    static func refusingPort() throws -> Int {
        try bound().port
    }

    /// Binds a socket to a free port of this machine.
    private static func bound() throws -> (socket: Int32, port: Int) {
        let number = socket(AF_INET, stream, 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let isBound = unsafe withUnsafeMutablePointer(to: &address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { pointer in
                unsafe bind(number, pointer, length) == 0
                    && getsockname(number, pointer, &length) == 0
            }
        }
        guard number >= 0, isBound else { throw CocoaError(.fileReadUnknown) }
        return (number, Int(UInt16(bigEndian: address.sin_port)))
    }

    /// Closes all connections.
    deinit {
        shutdown(listener, Int32(SHUT_RDWR))
        close(listener)
        for connection in connections.withLock(\.self) { shutdown(connection, Int32(SHUT_RDWR)) }
    }

    /// The requests so far as texts.
    var received: [String] { requests.withLock(\.self) }

    /// The number of connections so far.
    var connectionCount: Int { connections.withLock(\.count) }

    private func serve(_ connection: Int32, _ action: @Sendable (String, Int) -> Action) {
        while let request = read(connection) {
            let number = requests.withLock { requests in
                requests.append(request)
                return requests.count - 1
            }
            switch action(request, number) {
            case .answer(let text): send(text, connection)
            case .answerAndClose(let text):
                send(text, connection)
                return end(connection)
            case .close: return end(connection)
            case .stall: continue
            }
        }
        end(connection)
    }

    private func end(_ connection: Int32) {
        shutdown(connection, Int32(SHUT_RDWR))
    }

    /// Reads one request: the head, and the body of the announced length.
    private func read(_ connection: Int32) -> String? {
        var bytes: [UInt8] = []
        while true {
            let text = String(decoding: bytes, as: UTF8.self)
            if let end = text.range(of: "\r\n\r\n") {
                let head = text[..<end.lowerBound].lowercased()
                let length = head.range(of: "content-length: ").map {
                    Int(head[$0.upperBound...].prefix { $0.isNumber }) ?? 0
                }
                if text[end.upperBound...].utf8.count >= length ?? 0 { return text }
            }
            var buffer = [UInt8](repeating: 0, count: 65536)
            let count = unsafe recv(connection, &buffer, buffer.count, 0)
            guard count > 0 else { return nil }
            bytes += buffer.prefix(count)
        }
    }

    private func send(_ text: String, _ connection: Int32) {
        var rest = Array(text.utf8)[...]
        while !rest.isEmpty {
            let count = unsafe rest.withUnsafeBytes {
                unsafe write(connection, $0.baseAddress, $0.count)
            }
            guard count > 0 else { return }
            rest = rest.dropFirst(count)
        }
    }

    #if canImport(Glibc)
        private static let stream = Int32(SOCK_STREAM.rawValue)
    #else
        private static let stream = SOCK_STREAM
    #endif
}
