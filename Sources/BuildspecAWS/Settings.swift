/// The environment variables that the caller passes; the process's environment is never read.
package struct Settings: Sendable {
    private let variables: [String: String]

    /// Creates settings in which an empty variable counts as not set, as in AWS's tools.
    package init(_ variables: [String: String]) {
        self.variables = variables.filter { !$0.value.isEmpty }
    }

    package subscript(_ name: String) -> String? { variables[name] }

    /// Whether a variable is `true`, compared without case.
    ///
    /// - Throws: An error if the value is neither `true` nor `false`.
    func flag(_ name: String) throws(AWSError) -> Bool {
        switch variables[name]?.lowercased() {
        case nil, "false": return false
        case "true": return true
        default:
            throw AWSError(
                .badConfiguration,
                "\(name) is neither 'true' nor 'false'; set it to one of these"
            )
        }
    }

    /// The user's home directory.
    var home: String? { variables["HOME"] }

    /// The profile to use, and whether a variable names it.
    var profile: (name: String, isExplicit: Bool) {
        let named = variables["AWS_PROFILE"] ?? variables["AWS_DEFAULT_PROFILE"]
        return (named ?? "default", named != nil)
    }
}
