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

    /// The namespaces of a sandbox, kept by files that this process has open.
    ///
    /// No process has to stay in them between two commands, so none can be killed by a command, and
    /// they are gone with this process whatever ends it.
    struct Namespaces: Sendable {
        /// Which kinds a sandbox has of its own.
        enum Kind: String, Sendable {
            case user
            case mount = "mnt"
            case network = "net"
            case messages = "ipc"
        }

        private let files: [(kind: Kind, file: FileDescriptor)]

        /// Lets bubblewrap make them.
        ///
        /// - Parameters:
        ///   - bubblewrap: where it is.
        ///   - arguments: what it is to make.
        ///   - kinds: which namespaces that gives.
        /// - Throws: `SetupError` with what bubblewrap says when it fails.
        init(_ bubblewrap: FilePath, _ arguments: [String], _ kinds: [Kind]) async throws {
            do {
                (files, isOwnedByRoot) = try await Namespaces.make(bubblewrap, arguments, kinds)
                    .get()
            } catch {
                if Task.isCancelled { throw SetupError(sandbox: "the build was stopped") }
                throw error as? SetupError ?? SetupError(sandbox: "\(error)")
            }
        }

        /// Whether their owner is a user namespace in which this user is root.
        ///
        /// To have terminals of its own bubblewrap makes the namespaces as root of a user namespace, and in
        /// that one more, in which the user has the own number again. Nobody can enter both at once, so
        /// each command makes one like the second.
        let isOwnedByRoot: Bool

        /// The arguments with which `nsenter` enters them.
        var arguments: [String] {
            files.flatMap { kind, file in
                let path = "/proc/\(getpid())/fd/\(file.rawValue)"
                return switch kind {
                case .user: ["--user=\(path)", "--preserve-credentials"]
                case .mount: ["--mount=\(path)"]
                case .network: ["--net=\(path)"]
                case .messages: ["--ipc=\(path)"]
                }
            }
        }

        /// Lets go of them; they end with the last process that is in them.
        func close() {
            for (_, file) in files { try? file.close() }
        }

        /// What is kept open.
        private typealias Open = (
            files: [(kind: Kind, file: FileDescriptor)], isOwnedByRoot: Bool
        )

        private static func make(
            _ bubblewrap: FilePath,
            _ arguments: [String],
            _ kinds: [Kind]
        ) async throws -> Result<Open, SetupError> {
            try SpareDescriptors.requireForProcess()
            let input = try Pipe.open()
            let output = try Pipe.open()
            var options = PlatformOptions()
            options.createSession = true
            return try await Subprocess.run(
                .path(bubblewrap),
                // Says its number and stays until the pipe ends.
                arguments: Arguments(arguments + ["--", "/bin/sh", "-c", "echo $$; read line"]),
                environment: .custom([:]),
                workingDirectory: "/",
                platformOptions: options,
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
                    return Namespaces.open(kinds, announcedBy: output.readEnd)
                }
            }.closureResult
        }

        /// Opens the namespaces of the process whose number comes out of a pipe.
        private static func open(
            _ kinds: [Kind],
            announcedBy output: FileDescriptor
        ) -> Result<Open, SetupError> {
            var text = ""
            while !text.contains("\n") || Int(text.prefix { $0 != "\n" }) == nil {
                let chunk = unsafe [UInt8](unsafeUninitializedCapacity: 4_096) { buffer, count in
                    let space = UnsafeMutableRawBufferPointer(buffer)
                    count = unsafe (try? output.read(into: space)) ?? 0
                }
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
                return .failure(SetupError(sandbox: "its namespaces cannot be opened: \(error)"))
            }
            let isOwnedByRoot = replaceUser(in: &files)
            return .success((files, isOwnedByRoot))
        }

        /// Puts the user namespace that owns the others in the place of that of the sandbox's processes.
        ///
        /// - Returns: whether they are two.
        private static func replaceUser(
            in files: inout [(kind: Kind, file: FileDescriptor)]
        ) -> Bool {
            guard let place = files.firstIndex(where: { $0.kind == .user }),
                let mount = files.first(where: { $0.kind == .mount })
            else { return false }
            let owner = process_owner_of_namespace(mount.file.rawValue)
            guard owner >= 0 else { return false }
            let own = files[place].file
            guard number(owner) != number(own.rawValue) else {
                try? FileDescriptor(rawValue: owner).close()
                return false
            }
            files[place].file = FileDescriptor(rawValue: owner)
            try? own.close()
            return true
        }

        /// The number by which the kernel knows the namespace of an open file.
        private static func number(_ file: CInt) -> UInt64? {
            var status = stat()
            return unsafe fstat(file, &status) == 0 ? UInt64(status.st_ino) : nil
        }
    }
#endif
