internal import ArgumentParser
internal import BuildspecCache
internal import BuildspecRunner
internal import SystemPackage

/// The options that choose the scopes of a cache.
struct ScopeOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Save to this scope, and restore from it first. (default: $BUILDSPEC_CACHE_SCOPE, else "
                + "'run --project', else host/owner/name of git's origin, else the directory; a "
                + "fork's pull request has its own scope)",
            valueName: "name"
        )
    )
    var scope: String?

    @Option(
        name: .customLong("read-scope"),
        help: ArgumentHelp(
            "Restore from this scope after --scope, in the given order, and never save to it. Can "
                + "be repeated. (default: $BUILDSPEC_CACHE_READ_SCOPES, separated by commas)",
            valueName: "name"
        )
    )
    var readScopes: [String] = []

    func validate() throws {
        if scope?.isEmpty == true { throw ValidationError("--scope: the name is empty") }
        if readScopes.contains("") { throw ValidationError("--read-scope: the name is empty") }
    }

    /// Resolves the scopes, from the repository if no option or variable names a scope.
    func resolve(
        in root: FilePath,
        _ environment: [String: String],
        project: String? = nil
    ) async -> CacheScopes {
        let own = own(environment)
        return CacheScopes(
            own,
            reading: readable(environment),
            project: project,
            source: own == nil ? await SourceVersion.read(in: root) : SourceVersion(),
            directory: root,
            change: untrustedChange(environment)
        )
    }

    /// Gives a build the scopes that the options and variables name.
    func apply(to request: inout BuildRequest, _ environment: [String: String]) {
        request.cacheScope = own(environment)
        request.cacheReadScopes = readable(environment)
        request.untrustedChange = untrustedChange(environment)
    }

    /// The pull request that is built, if its code is not trusted and no scope is named.
    func untrustedChange(_ environment: [String: String]) -> UntrustedChange? {
        own(environment) == nil ? CIChange.untrusted(environment) : nil
    }

    /// The scope that the option or its variable names.
    func own(_ environment: [String: String]) -> String? {
        scope ?? environment["BUILDSPEC_CACHE_SCOPE"].flatMap { $0.isEmpty ? nil : $0 }
    }

    /// The scopes to read that the options name, or else the variable.
    func readable(_ environment: [String: String]) -> [String] {
        guard readScopes.isEmpty else { return readScopes }
        return (environment["BUILDSPEC_CACHE_READ_SCOPES"] ?? "").split(separator: ",")
            .map { String($0.drop { $0 == " " }.reversed().drop { $0 == " " }.reversed()) }
            .filter { !$0.isEmpty }
    }
}

/// The options that choose which entries are accepted.
struct PolicyOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Accept entries by this cache policy: trusted keys and the scopes that they can sign; "
                + "see docs/security.md. (default: $BUILDSPEC_CACHE_POLICY, else "
                + "\(CachePolicyFile.standardName) in the source root, if it exists)",
            valueName: "file"
        )
    )
    var cachePolicy: String?

    @Flag(
        help: """
            Reject every entry without a signature that the policy accepts, even if the policy allows \
            unsigned entries. (default: $BUILDSPEC_CACHE_REQUIRE_SIGNED)
            """
    )
    var requireSigned = false

    func validate() throws {
        if cachePolicy?.isEmpty == true {
            throw ValidationError("--cache-policy: the name is empty")
        }
        _ = try FlagText.variable("BUILDSPEC_CACHE_REQUIRE_SIGNED", Host.environment().variables)
    }

    /// Reads the policy; `nil` if none exists and none is named.
    ///
    /// If it cannot be used, the problems are printed, and `status` is thrown.
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

    /// Finds the file of the policy, which may not exist.
    func file(root: FilePath, _ environment: [String: String]) -> CachePolicyFile {
        let variable = environment["BUILDSPEC_CACHE_POLICY"].flatMap { $0.isEmpty ? nil : $0 }
        return CachePolicyFile(named: cachePolicy ?? variable, root: root)
    }
}

/// The option that names the signing key.
struct SigningOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Sign saved entries with this key of 'cache keygen'. (default: the key in "
                + "$BUILDSPEC_CACHE_SIGN_KEY, else the file named by $BUILDSPEC_CACHE_SIGN_KEY_FILE)",
            valueName: "file"
        )
    )
    var signKey: String?

    func validate() throws {
        if signKey?.isEmpty == true { throw ValidationError("--sign-key: the name is empty") }
    }

    /// Reads the key; `nil` if no option or variable names a key.
    func key(_ environment: [String: String]) throws -> SigningKey? {
        try SigningKeySource.key(signKey, environment)
    }
}
