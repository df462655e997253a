/// A pattern that a whole text fits or does not: `*`, `?` and `[sets]`, with no character special in
/// the text, not even a slash.
package struct WholeGlob: Sendable {
    private let component: GlobComponent

    package init(_ pattern: String) { component = GlobComponent(Array(pattern.utf8)) }

    package func matches(_ text: String) -> Bool { component.matches(Array(text.utf8)) }
}
