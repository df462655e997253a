internal import BuildspecFiles
internal import BuildspecRunner

/// The check, by content, whether an earlier build wrote a file.
enum OutputRecord {
    /// The largest file of exported variables in bytes that is read.
    private static let limit: UInt64 = 16 << 20

    /// Whether a file is empty, or has the form that an option writes.
    static func matches(_ file: PathBytes, of option: String) -> Bool {
        if option == "--events" { return isEvents(beginning(of: file)) }
        guard let bytes = try? AtomicFile.read(file, limit: limit) else { return false }
        guard !bytes.isEmpty else { return true }
        guard option == "--exports", let text = String(validating: bytes, as: UTF8.self) else {
            return false
        }
        return isVariables(text) || isJSON(text)
    }

    private static func beginning(of file: PathBytes) -> [UInt8]? {
        var bytes: [UInt8] = []
        guard let file = try? OpenFile.reading(file),
            (try? file.read(100, at: 0, appendingTo: &bytes)) != nil
        else { return nil }
        return bytes
    }

    /// Whether bytes begin as an event does: with version, time and name.
    private static func isEvents(_ bytes: [UInt8]?) -> Bool {
        guard let bytes else { return false }
        let text = String(decoding: bytes, as: UTF8.self)
        return bytes.isEmpty
            || text.hasPrefix("{\"version\":1,\"time\":\"") && text.contains(",\"event\":\"")
    }

    /// Whether a text is the same after it is parsed and written again.
    private static func isVariables(_ text: String) -> Bool {
        guard let all = try? EnvironmentFile.parse(text) else { return false }
        return EnvironmentFile.text(
            of: all.map { ExportedVariable(name: $0.name, value: $0.value) }
        ) == text
    }

    /// Whether a text is a JSON object with a string member on each line.
    private static func isJSON(_ text: String) -> Bool {
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        if text == "{}\n" { return true }
        guard lines.count > 3, lines.first == "{", lines.suffix(2) == ["}", ""] else {
            return false
        }
        return lines.dropFirst().dropLast(2).allSatisfy { line in
            let parts = line.split(separator: "\"", maxSplits: 2, omittingEmptySubsequences: false)
            return parts.count == 3 && parts[0] == "  " && parts[2].hasPrefix(": \"")
                && (line.hasSuffix("\"") || line.hasSuffix("\","))
        }
    }
}
