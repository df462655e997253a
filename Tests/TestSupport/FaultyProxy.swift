/// A proxy in front of a server on this machine that spoils some of the exchanges.
package struct FaultyProxy: Sendable {
    /// How an exchange is spoiled.
    package enum Fault: String, Sendable, CaseIterable {
        /// The connection is reset before an answer.
        case reset
        /// The answer breaks off in the middle of its body.
        case truncate
        /// The answer's body has a wrong byte.
        case corrupt
        /// The answer is 503.
        case busy
        /// There is no answer until the client goes.
        case stall
    }

    /// Where it answers.
    package let url: String

    /// Starts a proxy, and stops it when `body` returns.
    ///
    /// - Parameters:
    ///   - target: the server's URL.
    ///   - fault: how exchanges are spoiled.
    ///   - period: one of so many exchanges is spoiled; 1 spoils all.
    ///   - method: only exchanges of this method are spoiled; `nil` is any.
    ///   - body: what uses it.
    /// - Throws: when it cannot start, and what `body` throws.
    package static func run(
        _ target: String,
        _ fault: Fault,
        period: Int,
        method: String? = nil,
        _ body: (FaultyProxy) async throws -> Void
    ) async throws {
        let arguments = [target, fault.rawValue, String(period), method ?? ""]
        try await PythonServer.run(program, arguments) { port throws in
            try await body(FaultyProxy(url: "http://127.0.0.1:\(port)"))
        }
    }

    private static let program = """
        import http.client, http.server, itertools, socket, struct, sys, threading, time
        from urllib.parse import urlsplit

        target, fault, period, method = sys.argv[1], sys.argv[2], int(sys.argv[3]), sys.argv[4]
        address = urlsplit(target)
        counter = itertools.count(1)

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, *_):
                pass

            def exchange(self):
                length = int(self.headers.get("Content-Length") or 0)
                body = self.rfile.read(length)
                is_spoiled = (not method or self.command == method) and next(counter) % period == 0
                if is_spoiled and fault == "reset":
                    self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER,
                        struct.pack("ii", 1, 0))
                    self.close_connection = True
                    self.connection.close()
                    return
                if is_spoiled and fault == "stall":
                    try:
                        while self.connection.recv(1):
                            pass
                    except OSError:
                        pass
                    self.close_connection = True
                    return
                if is_spoiled and fault == "busy":
                    self.answer(503, [("Retry-After", "0")], b"<Error><Code>SlowDown</Code></Error>")
                    return
                # The Host header stays what the client has signed.
                server = http.client.HTTPConnection(address.hostname, address.port, timeout=60)
                server.putrequest(self.command, self.path, skip_host=True, skip_accept_encoding=True)
                for name, value in self.headers.items():
                    if name.lower() not in ("connection", "expect"):
                        server.putheader(name, value)
                server.endheaders(body)
                response = server.getresponse()
                data = response.read()
                kept = [(n, v) for n, v in response.getheaders()
                    if n.lower() not in ("connection", "transfer-encoding", "content-length")]
                length = response.getheader("Content-Length")
                server.close()
                if is_spoiled and fault == "corrupt" and data:
                    middle = len(data) // 2
                    data = data[:middle] + bytes([data[middle] ^ 1]) + data[middle + 1:]
                if is_spoiled and fault == "truncate" and len(data) > 1:
                    self.answer(response.status, kept, data, sent=len(data) // 2)
                    self.close_connection = True
                    self.connection.close()
                    return
                self.answer(response.status, kept, data, length=length)

            def answer(self, status, headers, data, sent=None, length=None):
                self.send_response_only(status)
                for name, value in headers:
                    self.send_header(name, value)
                is_head = self.command == "HEAD"
                self.send_header("Content-Length", length if is_head and length else str(len(data)))
                self.end_headers()
                if not is_head:
                    self.wfile.write(data if sent is None else data[:sent])
                self.wfile.flush()

            do_GET = do_PUT = do_HEAD = do_POST = do_DELETE = exchange

        class Server(http.server.ThreadingHTTPServer):
            daemon_threads = True

            def handle_error(self, *_):
                pass

        server = Server(("127.0.0.1", 0), Handler)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        print(server.server_address[1], flush=True)
        sys.stdin.read()
        """
}
