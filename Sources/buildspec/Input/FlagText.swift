internal import ArgumentParser

/// Switches as variables have them.
enum FlagText {
    /// Reads a switch from a variable; what is neither on nor off is an error and no guess.
    ///
    /// - Parameters:
    ///   - name: the variable.
    ///   - environment: the variables.
    /// - Returns: whether it is on; one that is not set or empty is off.
    /// - Throws: a usage error.
    static func variable(_ name: String, _ environment: [String: String]) throws -> Bool {
        switch (environment[name] ?? "").lowercased() {
        case "1", "true", "yes", "on": return true
        case "", "0", "false", "no", "off": return false
        default:
            throw ValidationError(
                "\(name): '\(environment[name] ?? "")' is neither on nor off; write 1 or 0"
            )
        }
    }
}
