#!/usr/bin/env python3
"""Runs a proxy in front of a server of S3 that spoils some exchanges, and notes all of them.

    faulty-proxy.py URL FAULT PERIOD [METHOD [LOG]]

One of PERIOD exchanges is spoiled, of all or of those of METHOD. FAULT is one of

    none      nothing is spoiled
    reset     the connection is reset before an answer
    truncate  the answer breaks off in the middle of its body
    corrupt   the answer's body has a wrong byte
    busy      the answer is 503
    stall     there is no answer until the client goes
    skew      the server's clock is two hours ahead, and it refuses who is not with it

LOG gets a line for every request: its method, a tab, its path and its query.
"""
import calendar
import http.client
import http.server
import itertools
import socket
import struct
import sys
import threading
import time
from urllib.parse import urlsplit

TARGET, FAULT, PERIOD, METHOD, LOG = (sys.argv[1:] + ["", ""])[:5]
ADDRESS = urlsplit(TARGET)
SKEW = 7_200
HOP_BY_HOP = ("connection", "transfer-encoding", "content-length", "date")
counter = itertools.count(1)
log = open(LOG, "a", buffering=1) if LOG else None


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def exchange(self):
        if log:
            log.write(f"{self.command}\t{self.path}\n")
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        is_spoiled = (not METHOD or self.command == METHOD) and next(counter) % int(PERIOD) == 0
        if is_spoiled and self.spoils_request():
            return
        status, headers, length, data = self.forward(body)
        if is_spoiled and FAULT == "corrupt" and data:
            middle = len(data) // 2
            data = data[:middle] + bytes([data[middle] ^ 1]) + data[middle + 1:]
        if is_spoiled and FAULT == "truncate" and len(data) > 1:
            self.answer(status, headers, data, sent=len(data) // 2)
            self.close_connection = True
            self.connection.close()
            return
        self.answer(status, headers, data, length=length)

    def spoils_request(self):
        """Deals with a request that never comes to the server."""
        if FAULT == "reset":
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self.close_connection = True
            self.connection.close()
        elif FAULT == "stall":
            try:
                while self.connection.recv(1):
                    pass
            except OSError:
                pass
            self.close_connection = True
        elif FAULT == "busy":
            self.answer(503, [("Retry-After", "0")], b"<Error><Code>SlowDown</Code></Error>")
        elif FAULT == "skew":
            signed = calendar.timegm(time.strptime(self.headers["X-Amz-Date"], "%Y%m%dT%H%M%SZ"))
            if abs(signed - time.time() - SKEW) < 900:
                # The server behind has no such clock, and so it is moto's, which looks at none.
                return False
            self.answer(403, [], b"<Error><Code>RequestTimeTooSkewed</Code></Error>")
        else:
            return False
        return True

    def forward(self, body):
        """Asks the server; the Host header stays what the client has signed."""
        server = http.client.HTTPConnection(ADDRESS.hostname, ADDRESS.port, timeout=60)
        server.putrequest(self.command, self.path, skip_host=True, skip_accept_encoding=True)
        for name, value in self.headers.items():
            if name.lower() not in ("connection", "expect"):
                server.putheader(name, value)
        server.endheaders(body)
        response = server.getresponse()
        data = response.read()
        headers = [(n, v) for n, v in response.getheaders() if n.lower() not in HOP_BY_HOP]
        length = response.getheader("Content-Length")
        server.close()
        return response.status, headers, length, data

    def answer(self, status, headers, data, sent=None, length=None):
        self.send_response_only(status)
        self.send_header("Date", self.date_time_string(time.time() + (SKEW if FAULT == "skew" else 0)))
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
