internal import SystemPackage

extension Run {
    /// The files that the command writes, with the options that name them.
    var outputs: [(path: String, option: String)] {
        var outputs: [(path: String, option: String)] = []
        if let exports { outputs.append((exports, "--exports")) }
        if let events, events != "-" { outputs.append((events, "--events")) }
        return outputs
    }

    /// The files that the build reads, except the sources.
    func inputs(
        _ file: BuildspecFile,
        _ config: ConfigFile,
        _ host: [String: String]
    ) -> [OutputCheck.Input] {
        var inputs: [OutputCheck.Input] = [(FilePath(file.name), "the buildspec")]
        inputs += envFile.map { (FilePath($0), "the file of '--env-file'") }
        inputs += [secretsFile].compactMap(\.self)
            .map { (FilePath($0), "the file of '--secrets-file'") }
        inputs += environmentOptions.sandboxRead
            .map { (FilePath($0), "the file of '--sandbox-read'") }
        return inputs
            + OutputCheck.ownInputs(config, policy, signing, root: sourceOptions.root, host)
    }
}

extension OutputCheck {
    /// The files that cache commands read, whether options, variables or defaults name them.
    static func ownInputs(
        _ config: ConfigFile,
        _ policy: PolicyOptions,
        _ signing: SigningOptions?,
        root: FilePath,
        _ host: [String: String]
    ) -> [Input] {
        var inputs: [Input] = [(policy.file(root: root, host).path, "the cache policy")]
        if let path = config.path { inputs.append((path, "the configuration file")) }
        if let signing {
            inputs += SigningKeySource.files(signing.signKey, host).map { ($0, "the signing key") }
        }
        if let program = Host.executable { inputs.append((program, "this program")) }
        let home = StandardDirectories.home(host)
        let files: [(String, String?)] = [
            ("AWS_SHARED_CREDENTIALS_FILE", ".aws/credentials"), ("AWS_CONFIG_FILE", ".aws/config"),
            ("AWS_CA_BUNDLE", nil), ("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE", nil),
        ]
        for (variable, standard) in files {
            let named = host[variable].flatMap { $0.isEmpty ? nil : FilePath($0) }
            if let path = named ?? standard.map({ home.pushing(FilePath($0)) }) {
                inputs.append((path, "a file of AWS's tools"))
            }
        }
        return inputs
    }
}
