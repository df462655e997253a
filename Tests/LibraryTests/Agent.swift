import BuildspecAWS
import BuildspecCache
import BuildspecModel
import BuildspecRunner
import SystemPackage

/// Runs buildspecs, as an agent of a CI system would.
struct Agent {
    /// Where this machine keeps its cache and what it knows of cached files.
    var state: FilePath
    /// A bucket that all agents share, such as `s3://our-bucket/ci`; `nil` is none.
    var bucket: String?
    var environment: [String: String]

    /// Runs a buildspec in a directory of sources.
    ///
    /// - Returns: how the build ended, or `nil` for a buildspec with mistakes.
    func build(
        _ buildspec: [UInt8],
        in sources: FilePath,
        project: String,
        telling say: @escaping @Sendable (String) -> Void
    ) async throws -> BuildResult? {
        let reading = Buildspec.parse(buildspec)
        for finding in reading.diagnostics {
            say(finding.rendered(file: "buildspec.yml", source: SourceText(buildspec)))
        }
        guard let buildspec = reading.buildspec else { return nil }
        var request = BuildRequest(
            buildspec,
            sourceDirectory: sources,
            hostEnvironment: environment,
            stateDirectory: state
        )
        request.project = project
        request.cache = BuildCache(stores: try stores(), indexDirectory: state.appending("files"))
        request.secretResolver = Secrets(aws: SecretReferences(environment: environment))
        request.timeout = .seconds(30 * 60)
        // To cancel the task ends the running command and all that it has started.
        return try await BuildRunner(request).run(into: Log(say: say))
    }

    /// The local store in a directory, combined with the bucket if there is one.
    private func stores() throws -> CacheStores {
        let local = DirectoryStore(state.appending("cache"))
        guard let bucket else { return CacheStores(local: local) }
        let shared = S3Store(try S3Location(bucket), environment: environment)
        return CacheStores(local: local, shared: shared)
    }
}

/// Passes on what commands write, and warnings.
struct Log: EventSink {
    var say: @Sendable (String) -> Void

    func receive(_ event: RunEvent) async {
        switch event {
        case .output(let bytes): say(String(decoding: bytes, as: UTF8.self))
        case .warning(let line): say("warning: \(line)")
        default: break
        }
    }
}

/// Reads parameters and secrets from AWS, with the credentials of this machine.
struct Secrets: SecretResolver {
    var aws: SecretReferences

    func resolve(
        parameters: [ReferencedVariable],
        secrets: [ReferencedVariable]
    ) async throws -> [String: String] {
        do {
            return try await aws.resolve(
                parameters: parameters.map { .init(name: $0.name, reference: $0.reference) },
                secrets: secrets.map { .init(name: $0.name, reference: $0.reference) }
            )
        } catch {
            throw UnreadReferences(names: error.names, "\(error.error)")
        }
    }
}
