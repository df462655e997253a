internal import ArgumentParser
internal import BuildspecCache
internal import SystemPackage

/// Whose entries are accepted.
struct PolicyOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "The cache policy: trusted keys and what they may sign, see docs/security.md. (default: "
                + "$BUILDSPEC_CACHE_POLICY, else \(CachePolicyFile.standardName) in the source root, "
                + "if it is there)",
            valueName: "file"
        )
    )
    var cachePolicy: String?

    @Flag(
        help: """
            Refuse every entry without a signature that the policy accepts, whatever the policy says \
            of unsigned ones. (also: $BUILDSPEC_CACHE_REQUIRE_SIGNED)
            """
    )
    var requireSigned = false

    func validate() throws {
        if cachePolicy?.isEmpty == true {
            throw ValidationError("--cache-policy: the name is empty")
        }
        _ = try FlagText.variable("BUILDSPEC_CACHE_REQUIRE_SIGNED", Host.environment().variables)
    }

    /// Reads the policy.
    ///
    /// - Parameters:
    ///   - root: the source root.
    ///   - environment: the variables that stand for options.
    ///   - status: the exit status for a policy that cannot be used.
    /// - Returns: the policy; `nil` when there is none and none was asked for.
    /// - Throws: the exit status, with the problems printed.
    func policy(
        root: FilePath,
        _ environment: [String: String],
        failing status: ExitStatus
    ) throws -> CachePolicy? {
        let isRequired = try FlagText.variable("BUILDSPEC_CACHE_REQUIRE_SIGNED", environment)
        return try file(root: root, environment).policy(
            requiringSigned: requireSigned || isRequired,
            failing: status
        )
    }

    /// Where the policy is, or would be.
    ///
    /// - Parameters:
    ///   - root: the source root.
    ///   - environment: the variables that stand for options.
    /// - Returns: the file, not yet read.
    func file(root: FilePath, _ environment: [String: String]) -> CachePolicyFile {
        let variable = environment["BUILDSPEC_CACHE_POLICY"].flatMap { $0.isEmpty ? nil : $0 }
        return CachePolicyFile(named: cachePolicy ?? variable, root: root)
    }
}
