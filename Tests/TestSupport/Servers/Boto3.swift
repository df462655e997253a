/// Programs that use AWS's library for Python, for comparisons with what buildspec sends and reads.
///
/// If python3 cannot import the library, it is installed once below the user's cache directory.
package enum Boto3 {
    /// Runs a program in which `boto3` is imported.
    ///
    /// - Parameters:
    ///   - program: The text of the program.
    ///   - environment: The variables for AWS's tools.
    /// - Returns: The output.
    /// - Throws: An error if the library cannot be installed or the program fails.
    package static func run(
        _ program: String,
        _ environment: [String: String]
    ) async throws -> String {
        let variables = environment.map { "\($0.key)=\($0.value)" }
        return try await Python.run(preamble + program, variables, input: "")
    }

    private static let preamble = """
        import os, shutil, subprocess, sys
        os.environ.update(dict(item.split("=", 1) for item in sys.argv[1:]))
        try:
            import boto3
        except ImportError:
            cache = os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache")
            target = os.path.join(cache, "buildspec-tests", "boto3-1")
            if not os.path.isdir(target):
                made = f"{target}.{os.getpid()}"
                subprocess.run([sys.executable, "-m", "pip", "install", "--quiet",
                    "--disable-pip-version-check", "--target", made, "boto3>=1.36,<2"],
                    check=True, stdout=sys.stderr)
                try:
                    os.rename(made, target)
                except OSError:
                    shutil.rmtree(made)
            sys.path.insert(0, target)
            import boto3

        """
}
