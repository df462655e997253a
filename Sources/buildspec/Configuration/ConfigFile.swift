internal import ArgumentParser
internal import BuildspecAWS
internal import BuildspecModel
internal import SystemPackage

/// The user's file and the variables that beat it, as one environment.
///
/// Only a file of the user's own is read, or one that is named: a file in the repository could send the
/// cache of whoever builds it somewhere else.
struct ConfigFile {
    /// The process's variables, those that are not set filled in from the file.
    let environment: [String: String]
    /// The file that was read; `nil` if there is none.
    let path: FilePath?
    /// How long a bucket's service may be silent in all.
    let patience: Duration
    private let host: [String: String]
    private let configuration: Configuration
    /// What `--endpoint-url` says.
    private let endpoint: String?

    /// Reads the file.
    ///
    /// - Parameters:
    ///   - path: what `--config` says; `nil` is `$BUILDSPEC_CONFIG`, or the user's own if there is one.
    ///   - endpoint: what `--endpoint-url` says.
    ///   - patience: what `--cache-timeout` says; `nil` is `$BUILDSPEC_CACHE_TIMEOUT`.
    ///   - host: the process's variables.
    /// - Throws: a usage error with the line of every mistake.
    init(
        _ path: String?,
        endpoint: String?,
        patience: String? = nil,
        _ host: [String: String]
    ) throws {
        self.host = host
        let seconds = try (patience ?? host["BUILDSPEC_CACHE_TIMEOUT"])
            .flatMap { $0.isEmpty ? nil : $0 }
            .map {
                let option = patience == nil ? "BUILDSPEC_CACHE_TIMEOUT" : "--cache-timeout"
                return try LimitOptions.seconds($0, option)
            }
        self.patience = seconds.map { .seconds($0) } ?? S3Store.patience
        self.endpoint = endpoint
        if let endpoint, Endpoint(endpoint) == nil {
            throw ValidationError(
                "--endpoint-url: '\(endpoint)' is no http or https URL; one looks like "
                    + "'http://127.0.0.1:9000'"
            )
        }
        let variable = host["BUILDSPEC_CONFIG"].flatMap { $0.isEmpty ? nil : $0 }
        let named = path ?? variable
        let place = named.map { FilePath($0) } ?? StandardDirectories(host).config
        guard named != "none", named != nil || Host.hasName(place) else {
            configuration = Configuration()
            environment = ConfigFile.filled(host, from: configuration)
            self.path = nil
            return
        }
        configuration = try ConfigFile.read(place)
        self.path = place
        environment = ConfigFile.filled(host, from: configuration)
    }

    /// The variables for a bucket: what is said of it alone beats what is said of all.
    func environment(for location: S3Location) -> [String: String] {
        var environment = host
        let own = configuration.buckets[location.bucket] ?? [:]
        for option in S3Location.Option.allCases
        where (host[option.variable] ?? "").isEmpty {
            let value = own[option.rawValue] ?? configuration.s3[option.rawValue]
            if let value { environment[option.variable] = value.value }
        }
        return environment
    }

    /// A bucket with what the command line says of it, which beats its address.
    func located(_ location: S3Location) -> S3Location {
        var location = location
        if let endpoint { location.options[.endpoint] = endpoint }
        return location
    }

    private static func read(_ place: FilePath) throws -> Configuration {
        let text: [UInt8]
        do {
            guard !Host.isDirectory(place) else { throw Errno.isDirectory }
            text = try Host.read(place)
        } catch {
            throw ValidationError("the configuration '\(place)' cannot be read: \(error)")
        }
        let options = S3Location.Option.allCases.map(\.rawValue)
        let (configuration, findings) = Configuration.parse(text, bucketOptions: options)
        let problems = (findings + ConfigCheck.findings(in: configuration))
            .sorted { $0.range.start < $1.range.start }
        guard problems.isEmpty else {
            let source = SourceText(text)
            let lines = problems.map { $0.rendered(file: place.string, source: source) }
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
