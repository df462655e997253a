package import BuildspecModel

extension Located where Value == String {
    /// A text at a place that does not matter.
    package init(text: String, line: Int = 1) {
        let start = SourcePosition(line: line, column: 1)
        self.init(text, at: SourceRange(start: start, end: start))
    }
}

/// Texts at places that do not matter.
package func located(_ texts: [String]) -> [Located<String>] {
    texts.map { Located(text: $0) }
}
