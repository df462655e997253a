internal import ArgumentParser
internal import BuildspecCache

/// Who signs what is saved.
struct SigningOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Sign what is saved with this key of 'cache keygen'. (default: the key in "
                + "$BUILDSPEC_CACHE_SIGN_KEY, else the file named by $BUILDSPEC_CACHE_SIGN_KEY_FILE)",
            valueName: "file"
        )
    )
    var signKey: String?

    func validate() throws {
        if signKey?.isEmpty == true { throw ValidationError("--sign-key: the name is empty") }
    }

    /// The key; `nil` when none was given.
    ///
    /// - Throws: a usage error when the one that was given is none.
    func key(_ environment: [String: String]) throws -> SigningKey? {
        try SigningKeySource.key(signKey, environment)
    }
}
