extension String {
    /// The text for a one-line message: without control characters, and cut after 60 characters.
    var clipped: String {
        let limit = 60
        let visible = unicodeScalars.prefix(limit + 1).map { scalar -> Character in
            switch scalar.properties.generalCategory {
            case .control, .format, .lineSeparator, .paragraphSeparator: " "
            default: Character(scalar)
            }
        }
        return visible.count > limit ? String(visible.prefix(limit)) + "…" : String(visible)
    }
}
