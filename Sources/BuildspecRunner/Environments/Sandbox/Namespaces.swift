#if os(Linux)
    internal import BuildspecFiles
    internal import CProcess
    internal import Subprocess
    internal import SystemPackage

    #if canImport(Glibc)
        internal import Glibc
    #else
        internal import Musl
    #endif

    /// The namespaces of a sandbox, which files that this process has open keep alive.
    ///
    /// No process has to stay in the namespaces between two commands, so no command can kill one. The
    /// namespaces end with this process, whatever ends it.
    struct Namespaces: Sendable {
        /// The kinds of namespaces that a sandbox can have.
        enum Kind: String, Sendable {
            case user
            case mount = "mnt"
            case network = "net"
            case ipc
        }

        private let files: [(kind: Kind, file: FileDescriptor)]

        /// Creates namespaces by bubblewrap, whose arguments create those of `kinds`; a `SetupError` has its
        /// message.
        init(_ bubblewrap: FilePath, _ arguments: [String], _ kinds: [Kind]) async throws {
            do {
                (files, isOwnedByRoot) = try await Namespaces.make(bubblewrap, arguments, kinds)
                    .get()
            } catch {
                if Task.isCancelled { throw SetupError(sandbox: "the build was stopped") }
                throw error as? SetupError ?? SetupError(sandbox: "\(error)")
            }
        }

        /// Whether the owner of the namespaces is a user namespace in which this user is root.
        ///
        /// For private terminals, bubblewrap creates the namespaces as root of a user namespace, and in that
        /// a second one, in which the user has the original number. A process cannot enter both, so each
        /// command creates one like the second.
        let isOwnedByRoot: Bool

        /// The arguments with which `nsenter` enters the namespaces.
        var arguments: [String] {
            files.flatMap { kind, file in
                let path = "/proc/\(getpid())/fd/\(file.rawValue)"
                return switch kind {
                case .user: ["--user=\(path)", "--preserve-credentials"]
                case .mount: ["--mount=\(path)"]
                case .network: ["--net=\(path)"]
                case .ipc: ["--ipc=\(path)"]
                }
            }
        }

        /// Closes the files; the namespaces end with the last process in them.
        func close() {
            for (_, file) in files { try? file.close() }
        }

        /// The files of the namespaces.
        private typealias Files = (files: [(kind: Kind, file: FileDescriptor)], isOwnedByRoot: Bool)

        private static func make(
            _ bubblewrap: FilePath,
            _ arguments: [String],
            _ kinds: [Kind]
        ) async throws -> Result<Files, SetupError> {
            try SpareDescriptors.requireForProcess()
            let input = try Pipe.open()
            let output = try Pipe.open()
            return try await Subprocess.run(
                .path(bubblewrap),
                // Prints its process number and stays until the pipe ends.
                arguments: Arguments(arguments + ["--", "/bin/sh", "-c", "echo $$; read line"]),
                environment: .custom([:]),
                workingDirectory: "/",
                platformOptions: PlatformOptions(runningAs: nil),
                input: .fileDescriptor(input.readEnd, closeAfterSpawningProcess: true),
                output: .fileDescriptor(output.writeEnd, closeAfterSpawningProcess: false),
                error: .fileDescriptor(output.writeEnd, closeAfterSpawningProcess: false)
            ) { _ in
                try? output.writeEnd.close()
                return await withTaskExecutorPreference(BlockingExecutor.shared) {
                    defer {
                        try? input.writeEnd.close()
                        try? output.readEnd.close()
                    }
                    return Namespaces.open(kinds, ofProcessIn: output.readEnd)
                }
            }.closureResult
        }

        /// Opens the namespaces of the process whose number a pipe delivers.
        private static func open(
            _ kinds: [Kind],
            ofProcessIn output: FileDescriptor
        ) -> Result<Files, SetupError> {
            var text = ""
            while !text.contains("\n") || Int(text.prefix { $0 != "\n" }) == nil {
                let chunk = Pipe.read(output, upTo: 4_096)
                if chunk.isEmpty { return .failure(SetupError(bubblewrap: text)) }
                text += String(decoding: chunk, as: UTF8.self)
            }
            let process = text.prefix { $0 != "\n" }
            var files: [(kind: Kind, file: FileDescriptor)] = []
            do {
                for kind in kinds {
                    let path = FilePath("/proc/\(process)/ns/\(kind.rawValue)")
                    files.append((kind, try .open(path, .readOnly, options: .closeOnExec)))
                }
            } catch {
                for (_, file) in files { try? file.close() }
                return .failure(SetupError(sandbox: "cannot open its namespaces: \(error)"))
            }
            let isOwnedByRoot = useOwner(in: &files)
            return .success((files, isOwnedByRoot))
        }

        /// Replaces the user namespace of the sandbox's processes by the one that owns the other namespaces,
        /// and returns whether the two are different.
        private static func useOwner(in files: inout [(kind: Kind, file: FileDescriptor)]) -> Bool {
            guard let index = files.firstIndex(where: { $0.kind == .user }),
                let mount = files.first(where: { $0.kind == .mount })
            else { return false }
            let owner = process_owner_of_namespace(mount.file.rawValue)
            guard owner >= 0 else { return false }
            let inner = files[index].file
            guard number(owner) != number(inner.rawValue) else {
                try? FileDescriptor(rawValue: owner).close()
                return false
            }
            files[index].file = FileDescriptor(rawValue: owner)
            try? inner.close()
            return true
        }

        /// Returns the number by which the kernel knows the namespace of an open file.
        private static func number(_ file: CInt) -> UInt64? {
            var status = stat()
            return unsafe fstat(file, &status) == 0 ? UInt64(status.st_ino) : nil
        }
    }
#endif
