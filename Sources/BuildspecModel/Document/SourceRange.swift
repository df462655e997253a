/// A place in the text of a buildspec, counted the way editors count.
public struct SourcePosition: Sendable, Hashable, Comparable {
    /// The line, 1 for the first.
    public var line: Int
    /// The column in Unicode scalars, 1 for the first.
    public var column: Int

    /// Creates a position from a line and a column, both counted from 1.
    public init(line: Int, column: Int) {
        self.line = line
        self.column = column
    }

    /// Orders positions as they come in the text.
    public static func < (left: SourcePosition, right: SourcePosition) -> Bool {
        (left.line, left.column) < (right.line, right.column)
    }
}

/// The part of a buildspec's text from `start` up to, not including, `end`.
public struct SourceRange: Sendable, Hashable {
    /// Where the part begins.
    public var start: SourcePosition
    /// The position behind its last character.
    public var end: SourcePosition

    /// Creates a range from its two ends.
    public init(start: SourcePosition, end: SourcePosition) {
        self.start = start
        self.end = end
    }
}

/// A value together with the place it was read from.
public struct Located<Value: Sendable & Equatable>: Sendable, Equatable {
    /// What was read.
    public var value: Value
    /// Where it stands in the buildspec.
    public var range: SourceRange

    /// Creates a located value.
    public init(_ value: Value, at range: SourceRange) {
        self.value = value
        self.range = range
    }
}
