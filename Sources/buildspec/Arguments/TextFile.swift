internal import ArgumentParser
internal import SystemPackage

/// Files of lines that users write for the command, such as those of `--env-file`.
enum TextFile {
    /// Reads a file; a byte order mark, which some editors put in front, is not part of the text.
    ///
    /// - Parameters:
    ///   - path: the file.
    ///   - option: the option that names it, for messages.
    /// - Returns: the text.
    /// - Throws: `ValidationError` when it cannot be read, or when a value would not be what the file
    ///   says.
    static func read(_ path: String, of option: String) throws -> String {
        var bytes: ArraySlice<UInt8>
        do {
            bytes = try Host.read(FilePath(path))[...]
        } catch {
            throw ValidationError("\(option): '\(path)' cannot be read: \(error)")
        }
        if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { bytes = bytes.dropFirst(3) }
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw ValidationError("\(option): '\(path)' cannot be read: it is not UTF-8")
        }
        if let place = bytes.firstIndex(of: 0) {
            let lines = String(decoding: bytes[..<place], as: UTF8.self).unicodeScalars
                .split(separator: "\n", omittingEmptySubsequences: false)
            throw ValidationError(
                "\(option): \(path):\(lines.count):\((lines.last?.count ?? 0) + 1): a NUL byte, which"
                    + " no variable can hold"
            )
        }
        return text
    }
}
