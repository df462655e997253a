#if os(Linux)
    internal import BuildspecFiles
    internal import SystemPackage

    /// The mounts of a sandbox: this machine read-only, and the build's own directories over it.
    struct SandboxMounts: Sendable {
        /// The source root inside.
        static let root = BuildRequest.fixedSourceRoot
        /// The build's private directory inside; CodeBuild's agent uses the same path.
        static let privateDirectory: FilePath = "/codebuild/output/tmp"
        /// The directories that a sandbox has instead of this machine's.
        static let sandboxPaths: [FilePath] = ["/codebuild", "/dev", "/proc", "/sys"]

        /// A file or directory of this machine that commands see.
        struct Mount: Sendable, Equatable {
            /// The path at which commands see the file.
            var inside: FilePath
            /// The path on this machine.
            var outside: FilePath
            var isWritable: Bool
        }

        /// An empty file that all users can read, which is mounted over files that commands must not read.
        let emptyFile: FilePath
        /// The files and directories of this machine, links resolved, that no writable mount shows, and the
        /// empty ones that commands see instead.
        let closed: [FilePath: FilePath]

        /// The mounts over the machine's root, in the order in which bubblewrap makes them.
        private(set) var mounts: [Mount] = []

        /// Adds a mount, which hides earlier ones at its path; without `inside` at the same path as outside.
        mutating func show(
            _ outside: FilePath,
            at inside: FilePath? = nil,
            isWritable: Bool = false
        ) {
            let mount = Mount(inside: inside ?? outside, outside: outside, isWritable: isWritable)
            mounts.append(mount)
            guard isWritable else { return }
            for path in closed.keys { hide(path, in: mount) }
        }

        private mutating func hide(_ path: FilePath, in mount: Mount) {
            var rest = path
            guard let empty = closed[path],
                rest.removePrefix(ClosedDirectory.resolved(mount.outside))
            else { return }
            var above = mount
            // Commands could rename a directory above and make another one, but not rename a mount point.
            for name in rest.components.dropLast() {
                above.inside.append(name)
                above.outside.append(name)
                mounts.append(above)
            }
            let inside = mount.inside.appending(rest.components)
            mounts.append(Mount(inside: inside, outside: empty, isWritable: false))
        }

        /// Returns whether commands would see a closed path in a writable mount.
        func needsHiding(_ path: FilePath) -> Bool {
            mounts.contains {
                $0.isWritable && path.starts(with: ClosedDirectory.resolved($0.outside))
            }
        }

        /// Returns the path on this machine of a path inside; `nil` for a path that only the sandbox has.
        func pathOutside(_ path: FilePath) -> FilePath? {
            let path = path.lexicallyNormalized()
            if let mount = mount(of: path) {
                var rest = path
                _ = rest.removePrefix(mount.inside)
                return mount.outside.appending(rest.components)
            }
            return SandboxMounts.sandboxPaths.contains { path.starts(with: $0) } ? nil : path
        }

        /// Returns whether a path inside does not lead to the same path of this machine.
        func hides(_ path: FilePath) -> Bool { pathOutside(path) != path.lexicallyNormalized() }

        /// Returns the deepest mount at or above a path, the later of two at the same path.
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
        /// The files of this machine that commands see, at their own path or at another one.
        var visiblePaths: VisiblePaths {
            var visible = VisiblePaths(everything: true)
            for hidden in SandboxMounts.sandboxPaths + mounts.map(\.inside) {
                visible.set(hidden, isVisible: false)
            }
            for mount in mounts { visible.set(mount.outside, isVisible: true) }
            return visible
        }

        /// Returns the arguments with which bubblewrap creates the sandbox.
        ///
        /// The entries of `/` are mounted one by one, not `/` itself, because `/codebuild` is created next
        /// to them.
        ///
        /// A sandbox has separate devices and terminals, because commands must not read or write other
        /// terminals. Users other than root also get the devices of this machine that builds use, with the
        /// user's rights. Root gets none, because root could use all of them.
        func arguments(isRoot: Bool) throws -> [String] {
            var arguments = try SandboxMounts.machineArguments()
            arguments += ["--bind", "/proc", "/proc"]
            // Dropping root's capabilities is not enough: these files check only the owner's number.
            for path in ["/proc/sys", "/proc/sysrq-trigger"] where FileProbe(FilePath(path)) != nil
            {
                arguments += ["--ro-bind", path, path]
            }
            for path in SandboxMounts.keyringFiles where FileProbe(path) != nil {
                arguments += ["--ro-bind", emptyFile.string, path.string]
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

        /// The files that list the kernel's keyrings.
        private static let keyringFiles: [FilePath] = ["/proc/keys", "/proc/key-users"]

        /// Returns the devices of this machine that builds of users other than root use: virtual
        /// machines, FUSE file systems, graphics and sound, but no terminals.
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
