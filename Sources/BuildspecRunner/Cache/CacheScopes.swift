internal import BuildspecFiles
package import SystemPackage

/// Whose entries are saved and read, where nobody says otherwise.
///
/// By default that is the repository: `host/owner/name` of git's origin, so that neither a fork nor a
/// stranger's repository of the same name shares anything with it. What is not in a repository with an
/// origin is the directory itself, on this machine. A pull request from a fork saves to a scope of its own
/// and reads that of the repository.
package struct CacheScopes: Sendable, Equatable {
    /// What is saved to, and read first.
    package var own: String
    /// What is read behind it, in this order, and never written.
    package var readable: [String]
    /// What the user should know of the choice.
    package var note: String?

    /// Chooses.
    ///
    /// - Parameters:
    ///   - scope: the scope that was asked for; then nothing else is chosen.
    ///   - reading: the scopes to read that were asked for.
    ///   - project: the project's name that was asked for; it is the scope of a trusted build.
    ///   - source: what git knows.
    ///   - directory: the source root.
    ///   - change: the change that is built, if it is not trusted.
    ///   - machine: this machine's name.
    ///   - user: who this is on hosts where nobody is named.
    package init(
        _ scope: String?,
        reading: [String],
        project: String?,
        source: SourceVersion,
        directory: FilePath,
        change: UntrustedChange?,
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
        if let change {
            own = "\(trusted)#\(change.name)"
            readable.append(trusted)
            let what =
                change.isKnownFork
                ? "a pull request from a fork" : "a pull request that may come from a fork"
            note =
                "\(change.reporter) says that this is \(what): entries of '\(trusted)' "
                + "are read, and what is saved goes to '\(own)' ('--scope' says otherwise)"
        }
        // Earlier versions took the last part of the address for the scope.
        if project == nil { readable.append(source.projectName(for: directory)) }
        var seen: Set = [own]
        readable = readable.filter { seen.insert($0).inserted }
    }
}
