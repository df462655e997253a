#if os(Linux)
    internal import BuildspecFiles
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
                files = try await Namespaces.make(bubblewrap, arguments, kinds).get()
            } catch {
                if Task.isCancelled { throw SetupError(sandbox: "the build was stopped") }
                throw error as? SetupError ?? SetupError(sandbox: "\(error)")
            }
        }

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

        private static func make(
            _ bubblewrap: FilePath,
            _ arguments: [String],
            _ kinds: [Kind]
        ) async throws -> Result<[(kind: Kind, file: FileDescriptor)], SetupError> {
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
        ) -> Result<[(kind: Kind, file: FileDescriptor)], SetupError> {
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
            return .success(files)
        }
    }
#endif
