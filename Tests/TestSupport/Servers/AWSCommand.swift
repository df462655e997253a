internal import SystemPackage

/// The `aws` command, for comparisons with what buildspec sends and reads.
///
/// If python3 cannot import the command, it is installed once below the user's cache directory.
package enum AWSCommand {
    /// Runs the command.
    ///
    /// - Parameters:
    ///   - arguments: The arguments after `aws`.
    ///   - environment: The variables of the command.
    /// - Returns: The output.
    /// - Throws: An error if the command cannot be installed or fails.
    @discardableResult
    package static func run(
        _ arguments: [String],
        _ environment: [String: String]
    ) async throws -> String {
        let variables = environment.map { "\($0.key)=\($0.value)" }
        return try await Python.run(
            program,
            [PythonServer.services.string, String(variables.count)] + variables + arguments,
            input: ""
        )
    }

    private static let program = """
        import os, sys
        services, count = sys.argv[1], int(sys.argv[2])
        os.environ.update(dict(item.split("=", 1) for item in sys.argv[3:3 + count]))
        try:
            import awscli.clidriver
        except ImportError:
            sys.path.insert(0, services)
            from service import package
            sys.path.insert(0, package("awscli-1", "awscli>=1.37,<2"))
            import awscli.clidriver
        sys.argv = ["aws"] + sys.argv[3 + count:]
        sys.exit(awscli.clidriver.main())
        """
}
