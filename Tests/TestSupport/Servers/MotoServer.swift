/// moto's server of AWS's interfaces, on a free port of this machine while a closure runs.
///
/// Tests that run at the same time share one server, so each needs buckets of its own.
///
/// If python3 cannot import moto, it is installed once below the user's cache directory. A test that
/// needs the server is never skipped.
package struct MotoServer: Sendable {
    /// An error for a server that cannot be installed.
    package struct Unavailable: Error, CustomStringConvertible {
        package let description: String
    }

    /// The server's URL: `http://127.0.0.1:PORT`.
    package let url: String

    private static let shared = SharedServer<MotoServer> { body in
        let python = try await pythonWithMoto()
        try await PythonServer.run(
            server,
            [python.modules],
            interpreter: python.interpreter
        ) { port throws in
            try await body(MotoServer(url: "http://127.0.0.1:\(port)"))
        }
    }

    /// Calls `body` with the server.
    ///
    /// - Throws: `Unavailable` if the server cannot be installed, or the error of `body`.
    package static func run(_ body: @Sendable (MotoServer) async throws -> Void) async throws {
        try await shared.use(body)
    }

    /// Finds or installs moto.
    ///
    /// - Returns: The interpreter, and the directory of the modules if it does not find them itself.
    private static func pythonWithMoto() async throws -> (interpreter: String, modules: String) {
        if await Python.canImport("moto.server") { return ("python3", "") }
        let lines: [Substring]
        do {
            lines = try await Python.run(installation, input: "").split(
                separator: "\n",
                omittingEmptySubsequences: false
            )
        } catch {
            throw Unavailable(
                description: "python3 with moto's server is needed, and it could not be "
                    + "installed: \(error)"
            )
        }
        guard lines.count >= 2 else {
            throw Unavailable(description: "the installation of moto's server printed nothing")
        }
        return (String(lines[0]), String(lines[1]))
    }

    private static let server = """
        import logging, sys
        if sys.argv[1]:
            sys.path.insert(0, sys.argv[1])
        logging.getLogger("werkzeug").setLevel(logging.ERROR)
        from moto.server import ThreadedMotoServer
        server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
        server.start()
        print(server.get_host_and_port()[1], flush=True)
        sys.stdin.read()
        server.stop()
        """

    /// Prints the interpreter, and the directory of the modules or an empty line.
    private static let installation = """
        import os, shutil, subprocess, sys
        cache = os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache")
        target = os.path.join(cache, "buildspec-tests", "moto-5")
        def answer():
            python = os.path.join(target, "bin", "python3")
            modules = os.path.join(target, "modules")
            has_modules = os.path.isdir(modules)
            print(sys.executable if has_modules else python)
            print(modules if has_modules else "")
        if not os.path.isdir(target):
            made = f"{target}.{os.getpid()}"
            os.makedirs(made)
            package = ["moto[server]>=5.0.28,<6"]
            quiet = {"check": True, "stdout": sys.stderr}
            pip = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
            try:
                subprocess.run([sys.executable, "-m", "venv", made], **quiet)
                python = os.path.join(made, "bin", "python3")
                subprocess.run([python] + pip + package, **quiet)
            except subprocess.CalledProcessError:
                # Debian's python3 without python3-venv.
                shutil.rmtree(made)
                modules = os.path.join(made, "modules")
                subprocess.run([sys.executable] + pip + ["--target", modules] + package, **quiet)
            try:
                os.rename(made, target)
            except OSError:
                shutil.rmtree(made)
        answer()
        """
}
