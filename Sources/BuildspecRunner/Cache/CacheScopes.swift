internal import BuildspecFiles
package import SystemPackage

/// The scopes that a build saves to and reads.
///
/// The default scope is the repository: `host/owner/name` of git's origin. So neither a fork nor a
/// stranger's repository of the same name shares entries with it. Without an origin, the scope is the
/// directory on this machine. A pull request from a fork saves to a separate scope and reads the one
/// of the repository too.
package struct CacheScopes: Sendable, Equatable {
    /// The scope that the build saves to, and reads first.
    package var own: String
    /// The scopes that the build reads after its own, in this order, and never writes.
    package var readable: [String]
    /// The note for the user about the scope of an untrusted change, or of sources that git refuses.
    package var note: String?

    /// Chooses the scopes of a build.
    ///
    /// If `scope` is given, only `reading` is read in addition. A requested `project` is the scope of a
    /// trusted build. `user` is the user of a repository address without one.
    package init(
        _ scope: String?,
        reading: [String],
        project: String?,
        source: SourceVersion,
        directory: FilePath,
        change: UntrustedChange?,
        isReadOnly: Bool = false,
        machine: String = Machine.hostName,
        user: String = HostUser.effectiveName()
    ) {
        if let scope {
            (own, readable) = (scope, reading)
            return
        }
        func name(_ url: String?) -> String? {
            url.flatMap { RepositoryName($0, in: directory, on: machine, as: user)?.text }
        }
        var main = project ?? name(source.repositoryURL)
        // The fork's sources were fetched from the fork itself.
        if project == nil, let change, let head = name(change.source), head == main {
            main = name(change.target) ?? main
        }
        let trusted = main ?? "dir:\(machine)\(directory.string)"
        own = trusted
        readable = reading
        if main == nil, let problem = source.problem {
            note = "the scope is '\(trusted)', only of this directory: \(problem)"
        }
        if let change {
            own = "\(trusted)#\(change.name)"
            readable.append(trusted)
            let kind =
                change.isKnownFork
                ? "a pull request from a fork" : "a pull request that may come from a fork"
            note =
                "\(change.reporter) reports \(kind): this build reads entries of '\(trusted)' and saves "
                + (isReadOnly ? "nothing" : "to '\(own)'") + "; '--scope' sets another scope"
        }
        // In earlier versions the last part of the address was the scope.
        if project == nil { readable.append(source.projectName(for: directory)) }
        var seen: Set = [own]
        readable = readable.filter { seen.insert($0).inserted }
    }
}
