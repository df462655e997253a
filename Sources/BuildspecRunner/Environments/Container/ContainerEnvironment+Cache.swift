internal import BuildspecCache
internal import BuildspecFiles
internal import SystemPackage

#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Musl)
    internal import Musl
#else
    internal import Darwin
#endif

/// Copies cached paths that are in the container; see `ContainerCache`.
extension ContainerEnvironment {
    var sourceCopy: FilePath? { sources }

    var visiblePaths: VisiblePaths? {
        var visible = VisiblePaths(everything: false)
        visible.set(sources, isVisible: true)
        return visible
    }

    func cachePaths(for path: String) throws(UnreachablePath) -> [String] {
        let patterns = FilePattern.parse(path)
        guard path.hasPrefix("/") || patterns.contains(where: { $0.leadingParents > 0 }) else {
            return [path]
        }
        let prefix = root.string + "/"
        let whole = path.hasPrefix("/") ? path : prefix + path
        if whole == root.string { return ["**"] }
        var isInSources: Set<Bool> = []
        for pattern in FilePattern.parse(whole) {
            guard let start = ContainerCache.literalPrefix(of: pattern) else {
                throw UnreachablePath(
                    description:
                        "it covers the container's root; begin with the name of a directory"
                )
            }
            isInSources.insert((start + "/").hasPrefix(prefix))
            // The sources would be copied out too, and old ones would be copied over them.
            guard start == root.string || !prefix.hasPrefix(start + "/") else {
                throw UnreachablePath(
                    description: "'\(start)' contains the sources; name a directory next to them"
                )
            }
        }
        if isInSources == [false] { return [whole] }
        guard isInSources == [true], whole.hasPrefix(prefix) else {
            throw UnreachablePath(
                description: "only a part of it is in the sources; write two paths"
            )
        }
        return [String(whole.dropFirst(prefix.count))]
    }

    func copyCacheIn(_ paths: [String]) async throws(UnreachablePath) {
        let prefixes = ContainerCache.literalPrefixes(of: paths)
        guard !prefixes.isEmpty else { return }
        try await copy(containerCache.copyInScript(prefixes), "into")
    }

    func setCacheOwner(_ owner: TreeOwner, of paths: [String]) async throws(UnreachablePath) {
        let prefixes = ContainerCache.literalPrefixes(of: paths)
        guard !prefixes.isEmpty else { return }
        let script = containerCache.ownerScript(prefixes, "\(owner.user):\(owner.group)")
        guard let status = try? await run(script: script), status == 0 else {
            throw UnreachablePath(
                description:
                    "'find' and 'chown' of the image do not work; install them, or create the "
                    + "user in the image"
            )
        }
    }

    func copyCacheOut(_ paths: [String]) async throws(UnreachablePath) {
        let prefixes = ContainerCache.literalPrefixes(of: paths)
        guard !prefixes.isEmpty else { return }
        // The restored files must not be saved again.
        if let top = try? DirectoryHandle.open(PathBytes(cacheRoot.string)) {
            for name in (try? top.names()) ?? [] { try? top.removeTree(name) }
        }
        try await copy(containerCache.copyOutScript(prefixes), "out of")
    }

    /// Makes files of other users in the sources and in the private directory this user's own, because
    /// this user could not read or remove them.
    ///
    /// If the container has ended, another one of the same image changes the owner.
    func restoreOwnership() async -> String? {
        guard let ownershipArguments else { return nil }
        let script =
            "PATH=\(BuildEnvironment.standardPath)\n" + ContainerAgentScript.ownershipFunction
            + "hand \(ownershipArguments)\n"
        if let status = try? await run(script: script) {
            return status == 0 ? nil : ownershipWarning
        }
        let result = await runInNewContainer(script)
        return result.status == 0 ? nil : ownershipWarning
    }

    private var ownershipWarning: String {
        let remedy =
            isRootForeign
            ? "as root, 'chown -R \(geteuid()):\(getegid()) \(sources)' makes them yours"
            : "'\(image.engine.name) unshare chown -R 0:0 \(sources)' makes them yours"
        return
            "files in '\(sources)' may belong to users of the container: 'find' and 'chown' of the image "
            + "do not work, or \(image.engine.name) cannot start another container; \(remedy)"
    }

    /// Makes the state that a command left readable, if it belongs to another user of this machine.
    ///
    /// The command may have set a strict `umask`.
    func makeStateReadable() async throws {
        guard isRootForeign else { return }
        let script = """
            PATH=\(BuildEnvironment.standardPath)
            chmod a+r \(ContainerAgentScript.directory)/next-*/* \
                \(ContainerAgentScript.directory)/start-*/* 2>/dev/null

            """
        _ = try await run(script: script)
    }

    private var containerCache: ContainerCache {
        ContainerCache(directory: pathInside(cacheRoot), owner: newOwner)
    }

    /// Whether the container's root is another user of this machine than this one, as with docker's server.
    private var isRootForeign: Bool { fileOwner != geteuid() && geteuid() != 0 }

    /// The owner that files must get, `user:group` as the container knows this user; `nil` for root, who
    /// can read and remove all files.
    private var newOwner: String? {
        if geteuid() == 0 { return nil }
        return isRootForeign ? "\(geteuid()):\(getegid())" : "0:0"
    }

    /// The arguments of the function `hand` in the container.
    var ownershipArguments: String? {
        newOwner.map { "\(isRootForeign ? geteuid() : 0) \($0)" }
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
                description:
                    "cannot copy all files \(direction) the container; see the messages of 'cp' "
                    + "in the log"
            )
        }
    }
}
