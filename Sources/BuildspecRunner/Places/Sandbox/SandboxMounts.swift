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

        /// What is shown over the machine's own root, in the order in which it is put there.
        private(set) var mounts: [Mount] = []

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
        var sight: PlaceSight {
            var sight = PlaceSight(everything: true)
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
        /// - Parameter isRoot: whether root makes it. Then it gets devices of its own, for root could
        ///   use all of this machine's; other users have the rights of their own to these.
        /// - Returns: the arguments, without the command.
        /// - Throws: `FileError` when `/` cannot be read.
        func arguments(isRoot: Bool) throws -> [String] {
            var arguments = try SandboxMounts.machineArguments()
            arguments += ["--bind", "/proc", "/proc"]
            // Not for root's rights alone: these files ask only for the owner's number.
            for path in ["/proc/sys", "/proc/sysrq-trigger"] where PathProbe(FilePath(path)) != nil
            {
                arguments += ["--ro-bind", path, path]
            }
            arguments += isRoot ? ["--dev", "/dev"] : ["--dev-bind", "/dev", "/dev"]
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
