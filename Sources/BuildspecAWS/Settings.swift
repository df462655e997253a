/// The environment variables that the caller passes; the process's environment is never read.
struct Settings: Sendable {
    private let variables: [String: String]

    /// Creates settings in which an empty variable counts as not set, as in AWS's tools.
    init(_ variables: [String: String]) {
        self.variables = variables.filter { !$0.value.isEmpty }
    }

    subscript(_ name: String) -> String? { variables[name] }

    /// Whether a variable is `true`, compared without case; any value but `false` is an error.
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

    var home: String? { variables["HOME"] }

    /// The profile to use, and whether a variable names it.
    var profile: (name: String, isExplicit: Bool) {
        let named = variables["AWS_PROFILE"] ?? variables["AWS_DEFAULT_PROFILE"]
        return (named ?? "default", named != nil)
    }
}

/// The values of a switch, such as `true` and `off`.
package enum SwitchText {
    /// Whether a text turns a switch on; `nil` if it turns the switch neither on nor off.
    package static func isOn(_ text: String) -> Bool? {
        switch text.lowercased() {
        case "1", "true", "yes", "on": true
        case "0", "false", "no", "off": false
        default: nil
        }
    }
}
