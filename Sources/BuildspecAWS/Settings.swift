/// The environment that the room is handed; the process's own is never looked at.
package struct Settings: Sendable {
    private let variables: [String: String]

    /// Takes an environment; a variable without a value counts as not set, as in AWS's tools.
    package init(_ variables: [String: String]) {
        self.variables = variables.filter { !$0.value.isEmpty }
    }

    package subscript(_ name: String) -> String? { variables[name] }

    /// Whether a switch is on: `true` in any case.
    ///
    /// - Throws: when it says neither `true` nor `false`.
    func flag(_ name: String) throws(AWSError) -> Bool {
        switch variables[name]?.lowercased() {
        case nil, "false": return false
        case "true": return true
        default:
            throw AWSError(
                .badConfiguration,
                "\(name) is neither 'true' nor 'false'; set it to one of them"
            )
        }
    }

    /// The user's home directory.
    var home: String? { variables["HOME"] }

    /// The profile that is asked for, and whether somebody asked.
    var profile: (name: String, isExplicit: Bool) {
        let named = variables["AWS_PROFILE"] ?? variables["AWS_DEFAULT_PROFILE"]
        return (named ?? "default", named != nil)
    }
}
