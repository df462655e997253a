internal import BuildspecFiles

/// A glob of the artifacts section, split into the directory to start in and what to look for there.
struct ArtifactPattern: Sendable {
    /// The pattern as the buildspec has it, variables put in.
    let text: String
    /// The directory to start in.
    let start: PathBytes
    /// What to look for below it; empty when the pattern is `start` itself.
    let pattern: FilePattern
    /// Whether there is nothing to expand.
    let isLiteral: Bool

    /// Reads a pattern; braces give several.
    ///
    /// - Parameters:
    ///   - text: the pattern.
    ///   - base: the directory that relative patterns start at.
    /// - Returns: the alternatives.
    static func parse(_ text: String, base: PathBytes) -> [ArtifactPattern] {
        FilePattern.parse(text).map { ArtifactPattern(text, $0, base: base) }
    }

    private init(_ text: String, _ whole: FilePattern, base: PathBytes) {
        self.text = text
        isLiteral = whole.isLiteral
        (start, pattern) = whole.start(from: base)
    }
}
