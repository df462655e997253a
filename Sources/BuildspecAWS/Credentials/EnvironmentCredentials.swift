/// Credentials in environment variables.
struct EnvironmentCredentials: CredentialProvider {
    private let settings: Settings

    init(_ settings: Settings) {
        self.settings = settings
    }

    func lookUp() async throws(AWSError) -> CredentialLookup {
        let names = ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY")
        switch (settings[names.0], settings[names.1]) {
        case (let id?, let secret?):
            let credentials = Credentials(
                accessKeyID: id,
                secretAccessKey: secret,
                sessionToken: settings["AWS_SESSION_TOKEN"] ?? settings["AWS_SECURITY_TOKEN"],
                source: "the environment"
            )
            return .found(try credentials.checked(names.0, names.1))
        case (_?, nil): throw incomplete(names.0, names.1)
        case (nil, _?): throw incomplete(names.1, names.0)
        case (nil, nil):
            // The next sources would sign as another identity than the requested role.
            if settings["AWS_WEB_IDENTITY_TOKEN_FILE"] != nil {
                throw AWSError(
                    .unsupported,
                    "AWS_WEB_IDENTITY_TOKEN_FILE asks for a role by web identity, which buildspec "
                        + "does not support; \(exportRemedy(profile: nil))"
                )
            }
            return .absent("AWS_ACCESS_KEY_ID is not set")
        }
    }

    private func incomplete(_ present: String, _ missing: String) -> AWSError {
        AWSError(.badCredentials, "\(present) is set and \(missing) is not; set both or neither")
    }
}

/// The remedy for an unsupported source: the command that exports its credentials as variables.
func exportRemedy(profile: String?) -> String {
    let option = profile.map { " --profile '\($0)'" } ?? ""
    return "export the credentials with the AWS command line before: "
        + "eval \"$(aws configure export-credentials\(option) --format env)\""
}
