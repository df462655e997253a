/// Switches as people write them.
package enum SwitchText {
    /// Whether a switch is on; `nil` for what is neither on nor off.
    package static func isOn(_ text: String) -> Bool? {
        switch text.lowercased() {
        case "1", "true", "yes", "on": true
        case "0", "false", "no", "off": false
        default: nil
        }
    }
}
