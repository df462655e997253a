internal import ArgumentParser
internal import BuildspecAWS

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
        guard let text = environment[name], !text.isEmpty else { return false }
        guard let isOn = SwitchText.isOn(text) else {
            throw ValidationError("\(name): '\(text)' is neither on nor off; write 1 or 0")
        }
        return isOn
    }
}
