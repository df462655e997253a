internal import BuildspecFiles

/// A pattern of the artifacts section, split into the directory to start in and the rest.
struct ArtifactPattern: Sendable {
    /// The pattern's text in the buildspec file, with variables replaced.
    let text: String
    /// The directory to start in.
    let start: PathBytes
    /// The pattern below `start`; empty for `start` itself.
    let pattern: FilePattern
    /// Whether the pattern has no wildcards.
    let isLiteral: Bool

    /// Parses a pattern; braces give several.
    ///
    /// - Parameters:
    ///   - text: The pattern.
    ///   - base: The directory that relative patterns start at.
    /// - Returns: The alternatives.
    static func parse(_ text: String, base: PathBytes) -> [ArtifactPattern] {
        FilePattern.parse(text).map { ArtifactPattern(text, $0, base: base) }
    }

    private init(_ text: String, _ whole: FilePattern, base: PathBytes) {
        self.text = text
        isLiteral = whole.isLiteral
        (start, pattern) = whole.start(from: base)
    }
}
