/// A position in the text of a buildspec, counted like in editors.
public struct SourcePosition: Sendable, Hashable, Comparable {
    /// The line, counted from 1.
    public var line: Int
    /// The column in Unicode scalars, counted from 1.
    public var column: Int

    /// Creates a position from a line and a column, both counted from 1.
    public init(line: Int, column: Int) {
        self.line = line
        self.column = column
    }

    /// Orders positions as in the text.
    public static func < (left: SourcePosition, right: SourcePosition) -> Bool {
        (left.line, left.column) < (right.line, right.column)
    }
}

/// A range in the text of a buildspec, from `start` up to, but not including, `end`.
public struct SourceRange: Sendable, Hashable {
    /// The position of the first character.
    public var start: SourcePosition
    /// The position after the last character.
    public var end: SourcePosition

    /// Creates a range from its start and end.
    public init(start: SourcePosition, end: SourcePosition) {
        self.start = start
        self.end = end
    }
}

extension SourceRange {
    /// The empty range before the first character.
    static let start = SourceRange(at: SourcePosition(line: 1, column: 1))

    /// Creates the empty range at a position.
    init(at position: SourcePosition) { self.init(start: position, end: position) }
}

/// A value with the range that it was read from.
public struct Located<Value: Sendable & Equatable>: Sendable, Equatable {
    /// The value.
    public var value: Value
    /// The range of the value in the file.
    public var range: SourceRange

    /// Creates a located value.
    public init(_ value: Value, at range: SourceRange) {
        self.value = value
        self.range = range
    }
}
