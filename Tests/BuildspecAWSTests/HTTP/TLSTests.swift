import SystemPackage
import TestSupport
import Testing

@testable import BuildspecAWS

/// Requests to a server with a self-signed certificate.
@Suite(
    .timed,
    .enabled("python3 and openssl are not both on this machine") {
        (try? await Python.run(openSSL, ["version"], input: "")) != nil
    },
    .timeLimit(.minutes(2))
)
struct `TLS certificates` {
    private func serve(_ body: (Endpoint, String) async throws -> Void) async throws {
        let directory = try TemporaryDirectory()
        let (key, certificate) = (directory.file("key").string, directory.file("crt").string)
        _ = try await Python.run(
            openSSL,
            [
                "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj",
                "/CN=localhost", "-addext", "subjectAltName=DNS:localhost", "-keyout", key, "-out",
                certificate,
            ],
            input: ""
        )
        try await PythonServer.run(server, [key, certificate]) { port in
            try await body(Endpoint(.https, "localhost", port: port), certificate)
        }
    }

    @Test func `an untrusted certificate is refused`() async throws {
        try await serve { endpoint, _ in
            let transport = RetryingTransport(CurlTransport())
            await #expect {
                try await transport.send(HTTPRequest(.get, endpoint))
            } throws: {
                ($0 as? HTTPError)?.code == .insecure
            }
        }
    }

    @Test func `a certificate of the named bundle is trusted for its host only`() async throws {
        try await serve { endpoint, certificate in
            let transport = CurlTransport(caBundle: certificate)
            let response = try await transport.send(HTTPRequest(.get, endpoint))
            #expect(response.text == "safe")
            let other = Endpoint(.https, "127.0.0.1", port: endpoint.port)
            await #expect {
                try await transport.send(HTTPRequest(.get, other))
            } throws: {
                ($0 as? HTTPError)?.code == .insecure
            }
        }
    }

    private let server = """
        import http.server, ssl, sys, threading
        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                self.send_response(200)
                self.send_header("Content-Length", "4")
                self.end_headers()
                self.wfile.write(b"safe")
            def log_message(self, *arguments):
                pass
        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(sys.argv[2], sys.argv[1])
        server.socket = context.wrap_socket(server.socket, server_side=True)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        print(server.server_address[1], flush=True)
        sys.stdin.read()
        """
}

private let openSSL = """
    import subprocess, sys
    subprocess.run(["openssl"] + sys.argv[1:], check=True, stdout=sys.stderr)
    """
