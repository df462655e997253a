extension String {
    /// Whether it has no character but blanks, tabs and line ends; the empty text is blank too.
    package var isBlank: Bool { allSatisfy(\.isWhitespace) }
}
