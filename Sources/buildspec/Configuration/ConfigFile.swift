internal import ArgumentParser
internal import BuildspecAWS
internal import BuildspecModel
internal import SystemPackage

/// The user's configuration file with the variables that override it, as one environment.
///
/// Only the user's file or a named file is read, because a file in the repository could redirect the
/// cache of everyone who builds it.
struct ConfigFile {
    /// The process's variables, completed from the file.
    let environment: [String: String]
    /// The file that was read; `nil` if it does not exist.
    let path: FilePath?
    /// How long a bucket's service can be silent in total.
    let bucketTimeout: Duration
    private let host: [String: String]
    private let configuration: Configuration
    /// The value of `--endpoint-url`.
    private let endpoint: String?

    /// Reads the file at `path`, else at `$BUILDSPEC_CONFIG`, else the user's file if it exists.
    ///
    /// The usage error has the line of every mistake. Without `timeout`, `$BUILDSPEC_CACHE_TIMEOUT`
    /// counts.
    init(
        _ path: String?,
        endpoint: String?,
        timeout: String? = nil,
        _ host: [String: String]
    ) throws {
        self.host = host
        let seconds = try (timeout ?? host["BUILDSPEC_CACHE_TIMEOUT"])
            .flatMap { $0.isEmpty ? nil : $0 }
            .map {
                let option = timeout == nil ? "BUILDSPEC_CACHE_TIMEOUT" : "--cache-timeout"
                return try LimitOptions.seconds($0, option)
            }
        bucketTimeout = seconds.map { .seconds($0) } ?? S3Store.defaultTimeout
        self.endpoint = endpoint
        if let endpoint, Endpoint(endpoint) == nil {
            throw ValidationError(
                "--endpoint-url: '\(endpoint)' is not an http or https URL, such as "
                    + "'http://127.0.0.1:9000'"
            )
        }
        let variable = host["BUILDSPEC_CONFIG"].flatMap { $0.isEmpty ? nil : $0 }
        let named = path ?? variable
        let file = named.map { FilePath($0) } ?? StandardDirectories(host).config
        guard named != "none", named != nil || Host.hasName(file) else {
            configuration = Configuration()
            environment = ConfigFile.filled(host, from: configuration)
            self.path = nil
            return
        }
        configuration = try ConfigFile.read(file)
        self.path = file
        environment = ConfigFile.filled(host, from: configuration)
    }

    /// The variables for a bucket; the bucket's options override those of all buckets.
    func environment(for location: S3Location) -> [String: String] {
        var environment = host
        let options = configuration.buckets[location.bucket] ?? [:]
        for option in S3Location.Option.allCases
        where (host[option.variable] ?? "").isEmpty {
            let value = options[option.rawValue] ?? configuration.s3[option.rawValue]
            if let value { environment[option.variable] = value.value }
        }
        return environment
    }

    /// Adds the options of the command line, which override the address.
    func resolved(_ location: S3Location) -> S3Location {
        var location = location
        if let endpoint { location.options[.endpoint] = endpoint }
        return location
    }

    private static func read(_ file: FilePath) throws -> Configuration {
        let text: [UInt8]
        do {
            guard !Host.isDirectory(file) else { throw Errno.isDirectory }
            text = try Host.read(file)
        } catch {
            throw ValidationError("cannot read the configuration '\(file)': \(error)")
        }
        let options = S3Location.Option.allCases.map(\.rawValue)
        let (configuration, findings) = Configuration.parse(text, bucketOptions: options)
        let problems = (findings + ConfigCheck.findings(in: configuration))
            .sorted { $0.range.start < $1.range.start }
        guard problems.isEmpty else {
            let source = SourceText(text)
            let lines = problems.map { $0.rendered(file: file.string, source: source) }
            throw ValidationError(lines.joined(separator: "\n").hidingSigningKeys)
        }
        return configuration
    }

    private static func filled(
        _ host: [String: String],
        from configuration: Configuration
    ) -> [String: String] {
        var environment = host
        for (variable, value) in [
            ("BUILDSPEC_CACHE", configuration.cache), ("BUILDSPEC_REMOTE", configuration.remote),
            ("BUILDSPEC_CACHE_MAX_SIZE", configuration.maxSize),
            ("BUILDSPEC_CACHE_MAX_AGE", configuration.maxAge),
        ] where (host[variable] ?? "").isEmpty {
            guard let value else { continue }
            environment[variable] = value.value
        }
        for variable in ["BUILDSPEC_CACHE", "BUILDSPEC_REMOTE"] {
            guard let text = environment[variable], text == "~" || text.hasPrefix("~/") else {
                continue
            }
            let home = StandardDirectories.home(host)
            environment[variable] = home.appending(String(text.dropFirst(2))).string
        }
        return environment
    }
}
