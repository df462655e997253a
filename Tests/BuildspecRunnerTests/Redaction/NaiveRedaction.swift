@testable import BuildspecRunner

/// The same as `Redactor` on a whole text, so plainly that it can be seen to be right.
enum NaiveRedaction {
    /// Marks every byte of every occurrence, and writes `***` for each chain of overlapping ones.
    static func redact(_ text: [UInt8], _ patterns: [[UInt8]]) -> [UInt8] {
        var output: [UInt8] = []
        var end = 0  // of the chain of occurrences under way
        for place in text.indices {
            let longest = patterns.filter { text[place...].starts(with: $0) }.map(\.count).max()
            if let longest {
                if place >= end { output += "***".utf8 }
                end = max(end, place + longest)
            }
            if place >= end { output.append(text[place]) }
        }
        return output
    }
}

extension Redactor {
    /// Hides the values in a whole text.
    init(_ secrets: String..., hidesAccessKeyIDs: Bool = true) {
        self.init(secrets: secrets.map { [UInt8]($0.utf8) }, hidesAccessKeyIDs: hidesAccessKeyIDs)
    }

    /// All that comes out of a stream of these chunks.
    func streaming(_ chunks: [ArraySlice<UInt8>]) -> [UInt8] {
        var redactor = self
        var output: [UInt8] = []
        for chunk in chunks { output += redactor.redact([UInt8](chunk)) }
        return output + redactor.flush()
    }
}

extension [UInt8] {
    /// Whether the bytes are somewhere in these.
    func holds(_ other: [UInt8]) -> Bool {
        indices.contains { self[$0...].starts(with: other) }
    }
}
