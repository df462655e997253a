/// A source of bytes that is read once, part by part.
///
/// A source that cannot be read ends early and keeps its error, so that the reader of a format needs
/// no knowledge of files. The owner of the source checks for that error first.
package protocol ByteSource: AnyObject {
    /// Returns the next bytes, and no bytes at the end.
    func next() -> [UInt8]
}

/// Bytes in memory as a source.
package final class MemorySource: ByteSource {
    private var bytes: [UInt8]

    package init(_ bytes: [UInt8]) {
        self.bytes = bytes
    }

    package func next() -> [UInt8] {
        defer { bytes = [] }
        return bytes
    }
}

/// A fault in a document, with its position.
package struct SyntaxFault: Error, Sendable, Equatable {
    /// The line, which starts at 1.
    package var line: Int
    /// The column in bytes, which starts at 1.
    package var column: Int
    /// A clause without a full stop, such as `mismatched tag`.
    package var reason: String

    package init(line: Int, column: Int, reason: String) {
        self.line = line
        self.column = column
        self.reason = reason
    }
}

/// A document that is well-formed and has the wrong content; the reader adds the position.
package struct ContentFault: Error, Sendable, Equatable {
    /// A clause without a full stop, such as `expected <testsuites>, found <html>`.
    package var reason: String

    package init(_ reason: String) {
        self.reason = reason
    }
}
