internal import BuildspecFiles

/// The shared files of AWS's tools, `credentials` and `config`, read when they are first needed.
///
/// Source: AWS SDKs and tools reference guide, "Shared config and credentials files: location".
struct ProfileFiles: Sendable {
    /// The largest file in bytes that is read.
    private static let limit: UInt64 = 1 << 20

    let credentialsPath: String?
    let configPath: String?
    private let read: @Sendable (String) throws(AWSError) -> String?

    /// Finds the files by `AWS_SHARED_CREDENTIALS_FILE`, `AWS_CONFIG_FILE` and `HOME`.
    init(_ settings: Settings) {
        self.init(settings, read: ProfileFiles.text(of:))
    }

    /// Finds the files; `read` returns the text of a file, or `nil` if the file does not exist.
    init(_ settings: Settings, read: @escaping @Sendable (String) throws(AWSError) -> String?) {
        let home = settings.home
        credentialsPath = ProfileFiles.path(
            settings["AWS_SHARED_CREDENTIALS_FILE"],
            home,
            "credentials"
        )
        configPath = ProfileFiles.path(settings["AWS_CONFIG_FILE"], home, "config")
        self.read = read
    }

    /// Reads a profile from both files, where the credentials file wins; `nil` if neither has it.
    func profile(_ name: String) throws(AWSError) -> ProfileFile.Section? {
        let config = try file(configPath, .config)?.profiles[name]
        let credentials = try file(credentialsPath, .credentials)?.profiles[name]
        guard var section = config ?? credentials else { return nil }
        if let credentials { section.merge(credentials) }
        return section
    }

    /// Reads the profile that the environment names, or the default profile, which may not exist.
    func current(_ settings: Settings) throws(AWSError) -> ProfileFile.Section? {
        let (name, isExplicit) = settings.profile
        let section = try profile(name)
        guard section == nil, isExplicit else { return section }
        throw AWSError(
            .badConfiguration,
            "the profile '\(name)' that AWS_PROFILE names is not in \(displayPaths); "
                + "'aws configure list-profiles' shows the names"
        )
    }

    /// The endpoints by service of a `[services NAME]` section.
    func services(_ name: String) throws(AWSError) -> ProfileFile.Section? {
        try file(configPath, .config)?.services[name]
    }

    /// The paths of the files, for messages.
    var displayPaths: String {
        let paths = [credentialsPath, configPath].compactMap(\.self)
        if paths.isEmpty { return "a file, because HOME is not set" }
        return paths.map { "'\($0)'" }.joined(separator: " or ")
    }

    private func file(_ path: String?, _ kind: ProfileFile.Kind) throws(AWSError) -> ProfileFile? {
        guard let path, let text = try read(path) else { return nil }
        do throws(ProfileFile.LineError) {
            return try ProfileFile.parse(text, kind)
        } catch {
            throw AWSError(
                .badConfiguration,
                "\(path):\(error.line): error: \(error.fault); correct the line"
            )
        }
    }

    private static func path(_ named: String?, _ home: String?, _ name: String) -> String? {
        guard let named else { return home.map { $0 + "/.aws/" + name } }
        guard named.hasPrefix("~/"), let home else { return named }
        return home + named.dropFirst()
    }

    private static func text(of path: String) throws(AWSError) -> String? {
        do throws(FileError) {
            guard let bytes = try AtomicFile.read(PathBytes(path), limit: limit) else { return nil }
            return String(decoding: bytes, as: UTF8.self)
        } catch {
            throw AWSError(.badConfiguration, "\(error); AWS's settings are read from this file")
        }
    }
}
