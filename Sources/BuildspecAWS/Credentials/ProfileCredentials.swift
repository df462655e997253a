/// Credentials in a profile of the shared files.
struct ProfileCredentials: CredentialProvider {
    private let settings: Settings
    private let profiles: ProfileFiles

    init(_ settings: Settings, profiles: ProfileFiles) {
        self.settings = settings
        self.profiles = profiles
    }

    func lookUp() async throws(AWSError) -> CredentialLookup {
        let name = settings.profile.name
        guard let profile = try profiles.current(settings) else {
            return .absent("profile '\(name)' is not in \(profiles.displayPaths)")
        }
        let values = profile.values.filter { !$0.value.isEmpty }
        try refuseUnsupported(values, ["role_arn", "sso_session", "sso_start_url"], name)
        switch (values["aws_access_key_id"], values["aws_secret_access_key"]) {
        case (let id?, let secret?):
            let credentials = Credentials(
                accessKeyID: id,
                secretAccessKey: secret,
                sessionToken: values["aws_session_token"],
                source: "profile '\(name)'"
            )
            return .found(try credentials.checked("aws_access_key_id", "aws_secret_access_key"))
        case (nil, nil):
            try refuseUnsupported(values, ["credential_process", "login_session"], name)
            return .absent("profile '\(name)' in \(profiles.displayPaths) has no keys")
        default:
            throw AWSError(
                .badCredentials,
                "profile '\(name)' in \(profiles.displayPaths) has only one of "
                    + "'aws_access_key_id' and 'aws_secret_access_key'; add the other"
            )
        }
    }

    private func refuseUnsupported(
        _ values: [String: String],
        _ properties: [String],
        _ name: String
    ) throws(AWSError) {
        guard let property = properties.first(where: { values[$0] != nil }) else { return }
        throw AWSError(
            .unsupported,
            "profile '\(name)' gets its credentials by '\(property)', which buildspec does not "
                + "support; \(exportRemedy(profile: name))"
        )
    }
}
