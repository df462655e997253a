internal import BuildspecFiles
internal import SystemPackage

#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Musl)
    internal import Musl
#else
    internal import Darwin
#endif

/// Cached paths that are the container's own; see `ContainerCache`.
extension ContainerEnvironment {
    var sourceCopy: FilePath? { sources }

    var sight: VisiblePaths? {
        var sight = VisiblePaths(everything: false)
        sight.set(sources, isSeen: true)
        return sight
    }

    func cached(_ path: String) throws(UnreachablePath) -> String {
        let patterns = FilePattern.parse(path)
        guard path.hasPrefix("/") || patterns.contains(where: { $0.climbs > 0 }) else {
            return path
        }
        let prefix = root.string + "/"
        let whole = path.hasPrefix("/") ? path : prefix + path
        if whole == root.string { return "**" }
        var isInSources: Set<Bool> = []
        for pattern in FilePattern.parse(whole) {
            guard let beginning = ContainerCache.beginning(of: pattern) else {
                throw UnreachablePath(
                    description: "it begins at the container's root; name a directory first"
                )
            }
            isInSources.insert((beginning + "/").hasPrefix(prefix))
            // Else the sources are copied out with it, and old ones are copied over them.
            guard beginning == root.string || !prefix.hasPrefix(beginning + "/") else {
                throw UnreachablePath(
                    description:
                        "the sources lie below '\(beginning)'; name a directory beside them"
                )
            }
        }
        if isInSources == [false] { return whole }
        guard isInSources == [true], whole.hasPrefix(prefix) else {
            throw UnreachablePath(
                description: "a part of it lies in the sources; write it as two paths"
            )
        }
        return String(whole.dropFirst(prefix.count))
    }

    func putCacheIn(_ paths: [String]) async throws(UnreachablePath) {
        let beginnings = ContainerCache.beginnings(of: paths)
        guard !beginnings.isEmpty else { return }
        try await copy(copies.scriptIn(beginnings), "put into")
    }

    func takeCacheOut(_ paths: [String]) async throws(UnreachablePath) {
        let beginnings = ContainerCache.beginnings(of: paths)
        guard !beginnings.isEmpty else { return }
        // What was restored there is not what is saved.
        if let top = try? DirectoryHandle.open(PathBytes(cacheTop.string)) {
            for name in (try? top.names()) ?? [] { try? top.removeTree(name) }
        }
        try await copy(copies.scriptOut(beginnings), "taken out of")
    }

    /// Hands files that belong to other users in the sources and in the private directory over to the
    /// user that runs the build, who could not read or remove them.
    ///
    /// If the container has ended, another one of the same image does it.
    ///
    /// - Returns: what is wrong and what to do, in one line; `nil` when nothing is.
    func handBack() async -> String? {
        guard let words = handing else { return nil }
        let script =
            "PATH=\(BuildEnvironment.standardPath)\n" + ContainerAgentScript.handing
            + "hand \(words)\n"
        if let status = try? await run(script: script) {
            return status == 0 ? nil : leftover
        }
        let answer = await lastContainer(running: script)
        return answer.status == 0 ? nil : leftover
    }

    private var leftover: String {
        let remedy =
            isForeign
            ? "as root, 'chown -R \(geteuid()):\(getegid()) \(sources)' gives them to you"
            : "'\(image.engine.name) unshare chown -R 0:0 \(sources)' gives them to you"
        return
            "files in '\(sources)' may belong to users of the container: the image has no 'find' and "
            + "'chown' that work, or \(image.engine.name) starts no container any more; \(remedy)"
    }

    /// Lets the runner read the state that a command leaves, where it is not the runner's: the command
    /// may have set a strict `umask`.
    func openState() async throws {
        guard isForeign else { return }
        let script = """
            PATH=\(BuildEnvironment.standardPath)
            chmod a+r \(ContainerAgentScript.directory)/next-*/* \
                \(ContainerAgentScript.directory)/start-*/* 2>/dev/null

            """
        _ = try await run(script: script)
    }

    private var copies: ContainerCache {
        ContainerCache(directory: inside(cacheTop), owner: handover)
    }

    /// Whether the container's root is somebody else for this machine, as with docker's server.
    private var isForeign: Bool { owner != geteuid() && geteuid() != 0 }

    /// Whom files must be handed over to, `user:group` as the container knows it; `nil` when this user
    /// is root, who can do with them what is needed.
    private var handover: String? {
        if geteuid() == 0 { return nil }
        return isForeign ? "\(geteuid()):\(getegid())" : "0:0"
    }

    /// The arguments of `hand` in the container.
    var handing: String? {
        handover.map { "\(isForeign ? geteuid() : 0) \($0)" }
    }

    private func copy(_ script: String, _ direction: String) async throws(UnreachablePath) {
        let status: Int32
        do {
            status = try await run(script: script)
        } catch {
            throw UnreachablePath(description: "\(error)")
        }
        guard status == 0 else {
            throw UnreachablePath(
                description: "not all of it could be \(direction) the container; 'cp' says more in "
                    + "the log"
            )
        }
    }
}
