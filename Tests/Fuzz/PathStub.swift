// A stub of a type that the sources name.

/// A path as text, without the functions of the real type.
public struct FilePath: Sendable, Equatable, ExpressibleByStringLiteral {
    /// The text.
    public var string: String
    /// Creates a path from a text.
    public init(_ string: String) { self.string = string }
    /// Creates a path from a literal.
    public init(stringLiteral: String) { string = stringLiteral }
}
