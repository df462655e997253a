internal import ArgumentParser
internal import BuildspecRunner
internal import SystemPackage

/// Whose cache it is; building, saving, restoring and explaining take it.
struct ScopeOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Whose cache it is: what is saved to, and restored from first. (default: "
                + "$BUILDSPEC_CACHE_SCOPE, else 'run --project', else host/owner/name of git's origin, "
                + "else the directory; of a fork's pull request its own)",
            valueName: "name"
        )
    )
    var scope: String?

    @Option(
        name: .customLong("read-scope"),
        help: ArgumentHelp(
            "A scope that is read behind the own one and never written; may be repeated, the order "
                + "counts. (default: $BUILDSPEC_CACHE_READ_SCOPES, with commas)",
            valueName: "name"
        )
    )
    var readScopes: [String] = []

    func validate() throws {
        if scope?.isEmpty == true { throw ValidationError("--scope: the name is empty") }
        if readScopes.contains("") { throw ValidationError("--read-scope: the name is empty") }
    }

    /// The scopes that count, found out if none is given.
    ///
    /// - Parameters:
    ///   - root: the source root.
    ///   - environment: the variables.
    ///   - project: what `--project` says.
    /// - Returns: the scopes.
    func found(
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

    /// The pull request that is built, if its code is not trusted and no scope is given.
    func untrustedChange(_ environment: [String: String]) -> UntrustedChange? {
        own(environment) == nil ? CIChange.untrusted(environment) : nil
    }

    /// The scope that is named by the option or its variable.
    func own(_ environment: [String: String]) -> String? {
        scope ?? environment["BUILDSPEC_CACHE_SCOPE"].flatMap { $0.isEmpty ? nil : $0 }
    }

    /// The scopes that are named by the options, or else by the variable.
    func readable(_ environment: [String: String]) -> [String] {
        guard readScopes.isEmpty else { return readScopes }
        return (environment["BUILDSPEC_CACHE_READ_SCOPES"] ?? "").split(separator: ",")
            .map { String($0.drop { $0 == " " }.reversed().drop { $0 == " " }.reversed()) }
            .filter { !$0.isEmpty }
    }
}
