/// A pattern with `*`, `?` and `[sets]` that matches a whole text, in which a slash is not special.
package struct WholeGlob: Sendable {
    private let component: GlobComponent

    package init(_ pattern: String) { component = GlobComponent(Array(pattern.utf8)) }

    /// Returns whether the pattern matches the whole text.
    package func matches(_ text: String) -> Bool { component.matches(Array(text.utf8)) }
}
