/// moto's server of AWS's interfaces, on a free port of this machine while a closure runs.
///
/// If python3 cannot import it, it is installed once into a folder of its own
/// below the user's cache folder; a test that needs it is never skipped.
package struct MotoServer: Sendable {
    /// Why there is no server.
    package struct Unavailable: Error, CustomStringConvertible {
        package let description: String
    }

    /// Where it answers: `http://127.0.0.1:PORT`.
    package let url: String

    /// Starts a server, and stops it when `body` returns.
    ///
    /// - Parameter body: what uses it.
    /// - Throws: `Unavailable` if it cannot be had, and what `body` throws.
    package static func run(
        _ body: (MotoServer) async throws -> Void
    ) async throws {
        let place = try await place()
        try await PythonServer.run(
            server,
            [place.modules],
            interpreter: place.interpreter
        ) { port throws in
            try await body(MotoServer(url: "http://127.0.0.1:\(port)"))
        }
    }

    /// The interpreter, and the folder of its modules if it would not find them by itself.
    private static func place() async throws -> (interpreter: String, modules: String) {
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
            throw Unavailable(description: "the installation of moto's server said nothing")
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

    /// Prints the interpreter and the modules' folder, or an empty line for its own.
    private static let installation = """
        import os, shutil, subprocess, sys
        cache = os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache")
        place = os.path.join(cache, "buildspec-tests", "moto-5")
        def answer():
            python = os.path.join(place, "bin", "python3")
            modules = os.path.join(place, "modules")
            has_modules = os.path.isdir(modules)
            print(sys.executable if has_modules else python)
            print(modules if has_modules else "")
        if not os.path.isdir(place):
            made = f"{place}.{os.getpid()}"
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
                os.rename(made, place)
            except OSError:
                shutil.rmtree(made)
        answer()
        """
}
