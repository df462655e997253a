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
