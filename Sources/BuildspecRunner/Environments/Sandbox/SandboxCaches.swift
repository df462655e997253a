#if os(Linux)
    internal import BuildspecFiles
    internal import SystemPackage

    #if canImport(Glibc)
        internal import Glibc
    #else
        internal import Musl
    #endif

    /// The directories outside of the sources that commands of a sandbox can write to: usual cache
    /// directories that the buildspec file caches, and the directories of `--sandbox-write`.
    ///
    /// They are this machine's directories at their own paths, so the next build finds what a build
    /// restored. A pattern opens its literal prefix: `/root/.m2/**/*` opens `/root/.m2`.
    struct SandboxCaches: Sendable {
        /// The directories with their paths inside, and outside with links resolved; parents come first.
        private(set) var directories: [(inside: FilePath, outside: FilePath)] = []
        /// The reasons why paths cannot be cached, by path.
        private(set) var refusals: [String: UnreachablePath] = [:]
        /// Notes for the log, one line each.
        private(set) var notes: [String] = []

        private let usualCaches: UsualCaches
        private let hiddenPaths: [FilePath]

        /// Finds the directories and creates the missing ones.
        ///
        /// - Parameters:
        ///   - paths: The cached paths, relative to the source root or absolute.
        ///   - named: Directories to open whatever is cached.
        ///   - usualCaches: The directories that cached paths can open.
        ///   - hiddenPaths: Directories that the sandbox hides by its own.
        /// - Throws: `SetupError` if one of `named` cannot be opened.
        init(
            _ paths: [String],
            named: [FilePath],
            usualCaches: UsualCaches,
            hiddenPaths: [FilePath]
        ) throws {
            self.usualCaches = usualCaches
            self.hiddenPaths = hiddenPaths
            var found: [FilePath: FilePath] = [:]
            for path in named {
                do throws(UnreachablePath) {
                    let start = path.lexicallyNormalized()
                    try checkConflicts(start, remedy: "name a directory that does not contain it")
                    found[start] = try open(start)
                } catch {
                    throw SetupError(sandbox: "--sandbox-write '\(path)': \(error)")
                }
            }
            for text in paths {
                do throws(UnreachablePath) {
                    for start in try literalPrefixes(of: text) { found[start] = try open(start) }
                } catch {
                    refusals[text] = error
                }
            }
            directories = found.map { (inside: $0.key, outside: $0.value) }
                .sorted {
                    ($0.inside.components.count, $0.inside.string)
                        < ($1.inside.components.count, $1.inside.string)
                }
            notes = directories.map { inside, outside in
                let link = inside == outside ? "" : ", which is '\(outside)'"
                return "sandbox: commands can write to '\(inside)' of this machine\(link)"
            }
        }

        /// Checks that the sandbox has opened the directories of a cached path.
        ///
        /// - Throws: `UnreachablePath`.
        func check(_ path: String) throws(UnreachablePath) {
            if let refusal = refusals[path] { throw refusal }
            for start in try literalPrefixes(of: path)
            where !directories.contains(where: { start.starts(with: $0.inside) }) {
                throw UnreachablePath(
                    description:
                        "'\(start)' is not open: the sandbox is created before CodeBuild's "
                        + "variables are set; do not use them outside of the sources"
                )
            }
        }

        /// Returns the directories that a cached path opens; none if the path is in the sources.
        private func literalPrefixes(of path: String) throws(UnreachablePath) -> [FilePath] {
            var prefixes: [FilePath] = []
            for pattern in FilePattern.parse(path) {
                guard let prefix = try SandboxCaches.literalPrefix(of: pattern) else { continue }
                try check(prefix)
                prefixes.append(prefix)
            }
            return prefixes
        }

        /// Returns the literal prefix of a pattern; `nil` if the prefix is in the sources.
        private static func literalPrefix(
            of pattern: FilePattern
        ) throws(UnreachablePath) -> FilePath? {
            if !pattern.isAbsolute {
                guard pattern.leadingParents == 0 else {
                    throw UnreachablePath(
                        description: "in a sandbox nothing above the sources is shared; name a "
                            + "directory below them or an absolute path"
                    )
                }
                return nil
            }
            let names = pattern.literalNames.map { String(decoding: $0, as: UTF8.self) }
            var prefix = FilePath("/" + names.joined(separator: "/"))
            prefix.lexicallyNormalize()
            return prefix.starts(with: SandboxMounts.root) ? nil : prefix
        }

        /// Checks that the buildspec file alone can open a directory.
        private func check(_ directory: FilePath) throws(UnreachablePath) {
            try checkConflicts(
                directory,
                remedy: "name a directory that ends before the first wildcard"
            )
            let target = UsualCaches.resolved(directory)
            guard !usualCaches.contain(target) else { return }
            let link = target == directory ? "" : ", which is '\(target)',"
            throw UnreachablePath(
                description:
                    "commands could write to '\(directory)'\(link) of this machine, which is not a "
                    + "usual cache directory; '--sandbox-write \(target)' allows that"
            )
        }

        /// Checks that a directory of this machine does not contain one that the sandbox hides.
        private func checkConflicts(
            _ directory: FilePath,
            remedy: String
        ) throws(UnreachablePath) {
            let sandboxPaths = SandboxMounts.sandboxPaths
            if let top = sandboxPaths.first(where: directory.starts) {
                throw UnreachablePath(description: "'\(top)' belongs to the sandbox")
            }
            for path in [directory, UsualCaches.resolved(directory)] {
                guard
                    let hidden = (hiddenPaths + sandboxPaths).first(where: { $0.starts(with: path) }
                    )
                else {
                    continue
                }
                throw UnreachablePath(
                    description: "the sandbox cannot open '\(path)', because it has its own "
                        + "'\(hidden)'; \(remedy)"
                )
            }
        }

        /// Creates a directory if it is missing, and checks that this user can write to it.
        ///
        /// - Returns: The directory's path, links resolved.
        private func open(_ directory: FilePath) throws(UnreachablePath) -> FilePath {
            do {
                let target = UsualCaches.resolved(directory)
                try SandboxCaches.createDirectory(target)
                // After creating the target, a link that leads nowhere is still not a directory.
                guard try Machine.absolute(directory).text == target.string else {
                    throw Errno.notDirectory
                }
                if unsafe access(target.string, W_OK) != 0 { throw Errno(rawValue: errno) }
                return target
            } catch {
                throw UnreachablePath(
                    description:
                        "the sandbox cannot create or write '\(directory)', a cache outside "
                        + "of the sources: \(error)"
                )
            }
        }

        private static func createDirectory(_ path: FilePath) throws {
            if let probe = FileProbe(path) {
                if !probe.isDirectory { throw Errno.notDirectory }
                return
            }
            let above = path.removingLastComponent()
            try createDirectory(above)
            let isNew = unsafe path.withPlatformString { unsafe mkdir($0, 0o755) } == 0
            guard isNew || errno == EEXIST else { throw Errno(rawValue: errno) }
            // In a user's home, root creates the directory for that user.
            guard isNew, geteuid() == 0 else { return }
            let owner = try FileOwner.of(above)
            _ = unsafe path.withPlatformString { unsafe lchown($0, owner, gid_t.max) }
        }
    }

    extension SandboxCaches {
        /// Adds the directories to a sandbox's mounts, without the credentials in them.
        ///
        /// - Parameters:
        ///   - mounts: The mounts, to which the private directories were added before.
        ///   - privateDirectories: The sandbox's private directories.
        /// - Throws: `Errno`.
        func show(
            in mounts: inout SandboxMounts,
            _ privateDirectories: SandboxDirectories
        ) throws {
            for (inside, outside) in directories {
                // Commands do not see a link in a hidden directory, so the link's path is mounted too.
                for path in Set([outside] + (mounts.hides(inside) ? [inside] : [])) {
                    try privateDirectories.createParents(of: path)
                    mounts.show(outside, at: path, isWritable: true)
                }
            }
            let credentials = usualCaches.credentialFiles.filter { file in
                directories.contains { file.starts(with: $0.outside) }
            }
            for file in credentials { mounts.show(mounts.emptyFile, at: file) }
            for directory in usualCaches.scriptDirectories
            where directories.contains(where: { directory.starts(with: $0.outside) }) {
                // Commands could create one that is missing.
                try SandboxCaches.createDirectory(directory)
                if UsualCaches.resolved(directory) == directory { mounts.show(directory) }
            }
        }
    }
#endif
