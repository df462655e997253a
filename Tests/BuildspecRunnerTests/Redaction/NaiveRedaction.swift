@testable import BuildspecRunner

/// The redaction of a whole text in a form that is simple enough to verify by reading.
enum NaiveRedaction {
    /// Marks every byte of every occurrence, and writes `***` for each chain of overlapping ones.
    static func redact(_ text: [UInt8], _ patterns: [[UInt8]]) -> [UInt8] {
        var output: [UInt8] = []
        var end = 0  // of the chain of occurrences under way
        for index in text.indices {
            let longest = patterns.filter { text[index...].starts(with: $0) }.map(\.count).max()
            if let longest {
                if index >= end { output += "***".utf8 }
                end = max(end, index + longest)
            }
            if index >= end { output.append(text[index]) }
        }
        return output
    }
}

extension Redactor {
    /// Creates a redactor of texts.
    init(_ secrets: String..., hidesAccessKeyIDs: Bool = true) {
        self.init(secrets: secrets.map { [UInt8]($0.utf8) }, hidesAccessKeyIDs: hidesAccessKeyIDs)
    }

    /// Redacts a stream of chunks.
    ///
    /// - Returns: The output of the whole stream.
    func streaming(_ chunks: [ArraySlice<UInt8>]) -> [UInt8] {
        var redactor = self
        var output: [UInt8] = []
        for chunk in chunks { output += redactor.redact([UInt8](chunk)) }
        return output + redactor.flush()
    }
}

extension [UInt8] {
    /// Whether `other` occurs in these bytes.
    func holds(_ other: [UInt8]) -> Bool {
        indices.contains { self[$0...].starts(with: other) }
    }
}
