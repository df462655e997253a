#if os(Linux)
    internal import BuildspecFiles
    internal import SystemPackage

    /// What a sandbox shows where: this machine read-only, and over it what is the build's own.
    struct SandboxMounts: Sendable {
        /// The source root.
        static let root = BuildRequest.fixedRoot
        /// The build's private directory, where CodeBuild's agent keeps the same.
        static let state: FilePath = "/codebuild/output/tmp"
        /// What only the sandbox has.
        static let own: [FilePath] = ["/codebuild", "/dev", "/proc", "/sys"]

        /// Something of this machine that is shown.
        struct Mount: Sendable, Equatable {
            /// Where commands see it.
            var inside: FilePath
            /// What it is.
            var outside: FilePath
            /// Whether commands can write there.
            var isWritable: Bool
        }

        /// A file that shows nothing, in place of one that is not to be seen.
        let empty: FilePath

        /// What is shown over the machine's own root, in the order in which it is put there.
        private(set) var mounts: [Mount] = []

        /// Creates one that shows the machine and nothing over it.
        ///
        /// - Parameter empty: an empty file that everybody can read.
        init(empty: FilePath) {
            self.empty = empty
        }

        /// Shows something.
        ///
        /// - Parameters:
        ///   - outside: what it is.
        ///   - inside: where commands see it; `nil` is the same path.
        ///   - isWritable: whether they can write there.
        mutating func show(
            _ outside: FilePath,
            at inside: FilePath? = nil,
            isWritable: Bool = false
        ) {
            mounts.append(
                Mount(inside: inside ?? outside, outside: outside, isWritable: isWritable)
            )
        }

        /// What commands mean by a path; `nil` for what only the sandbox has.
        func outside(_ path: FilePath) -> FilePath? {
            let path = path.lexicallyNormalized()
            if let mount = mount(of: path) {
                var rest = path
                _ = rest.removePrefix(mount.inside)
                return mount.outside.appending(rest.components)
            }
            return SandboxMounts.own.contains { path.starts(with: $0) } ? nil : path
        }

        /// Whether a path of this machine is hidden by something else of the sandbox.
        func hides(_ path: FilePath) -> Bool { outside(path) != path.lexicallyNormalized() }

        /// The deepest mount above a path, the later of two at the same place.
        private func mount(of path: FilePath) -> Mount? {
            var found: Mount?
            for mount in mounts where path.starts(with: mount.inside) {
                if let found, found.inside.components.count > mount.inside.components.count {
                    continue
                }
                found = mount
            }
            return found
        }
    }

    extension SandboxMounts {
        /// What commands see of the machine: all that nothing else is shown instead of, and what is
        /// shown elsewhere.
        var sight: VisiblePaths {
            var sight = VisiblePaths(everything: true)
            for hidden in SandboxMounts.own + mounts.map(\.inside) {
                sight.set(hidden, isSeen: false)
            }
            for mount in mounts { sight.set(mount.outside, isSeen: true) }
            return sight
        }

        /// The arguments with which bubblewrap makes the sandbox.
        ///
        /// The entries of `/` are shown one by one, not `/` itself, because `/codebuild` is made
        /// beside them.
        ///
        /// The devices are of its own, and so are the terminals: commands must not read what is typed
        /// elsewhere, or write there. Users other than root also get those of this machine that builds
        /// use; they have the rights of their own to them. Root could use all of them.
        ///
        /// - Parameter isRoot: whether root makes it.
        /// - Returns: the arguments, without the command.
        /// - Throws: `FileError` when `/` cannot be read.
        func arguments(isRoot: Bool) throws -> [String] {
            var arguments = try SandboxMounts.machineArguments()
            arguments += ["--bind", "/proc", "/proc"]
            // Not for root's rights alone: these files ask only for the owner's number.
            for path in ["/proc/sys", "/proc/sysrq-trigger"] where FileProbe(FilePath(path)) != nil
            {
                arguments += ["--ro-bind", path, path]
            }
            for path in SandboxMounts.keys where FileProbe(path) != nil {
                arguments += ["--ro-bind", empty.string, path.string]
            }
            arguments += ["--dev", "/dev"]
            if !isRoot {
                for path in try SandboxMounts.devices() {
                    arguments += ["--dev-bind", path, path]
                }
            }
            arguments += ["--perms", "1777", "--tmpfs", "/dev/shm"]
            for directory in ["/codebuild", "/codebuild/output", "/codebuild/output/src"] {
                arguments += ["--perms", "0755", "--dir", directory]
            }
            for mount in mounts {
                arguments += [
                    mount.isWritable ? "--bind" : "--ro-bind", mount.outside.string,
                    mount.inside.string,
                ]
            }
            return arguments + ["--remount-ro", "/"]
        }

        /// What tells of the kernel's keyrings.
        private static let keys: [FilePath] = ["/proc/keys", "/proc/key-users"]

        /// The devices of this machine that builds of users other than root use: virtual machines,
        /// file systems of their own, graphics and sound; no terminals.
        private static func devices() throws -> [String] {
            let names: Set = [
                "dri", "fuse", "kfd", "kvm", "net", "snd", "vhost-net", "vhost-vsock",
            ]
            return try DirectoryHandle.open(PathBytes("/dev")).names()
                .compactMap { String(validating: $0, as: UTF8.self) }
                .filter { names.contains($0) || $0.hasPrefix("nvidia") }
                .sorted().map { "/dev/" + $0 }
        }

        private static func machineArguments() throws -> [String] {
            let top = try DirectoryHandle.open(PathBytes("/"))
            var arguments: [String] = []
            for name in try top.names().sorted(by: { $0.lexicographicallyPrecedes($1) }) {
                guard let text = String(validating: name, as: UTF8.self),
                    let status = try top.status(name),
                    !["codebuild", "dev", "proc"].contains(text)
                else { continue }
                if status.kind == .link {
                    let target = String(decoding: try top.linkTarget(name), as: UTF8.self)
                    arguments += ["--symlink", target, "/" + text]
                } else {
                    arguments += ["--ro-bind", "/" + text, "/" + text]
                }
            }
            return arguments
        }
    }
#endif
