internal import ArgumentParser
internal import SystemPackage

/// A reader of text files that users write for the command, such as those of `--env-file`.
enum TextFile {
    /// Reads UTF-8 text without NUL bytes, and without the byte order mark that some editors write.
    static func read(_ path: String, of option: String) throws -> String {
        var bytes: ArraySlice<UInt8>
        do {
            bytes = try Host.read(FilePath(path))[...]
        } catch {
            throw ValidationError("\(option): cannot read '\(path)': \(error)")
        }
        if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { bytes = bytes.dropFirst(3) }
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw ValidationError("\(option): cannot read '\(path)': it is not UTF-8")
        }
        if let index = bytes.firstIndex(of: 0) {
            let lines = String(decoding: bytes[..<index], as: UTF8.self).unicodeScalars
                .split(separator: "\n", omittingEmptySubsequences: false)
            throw ValidationError(
                "\(option): \(path):\(lines.count):\((lines.last?.count ?? 0) + 1): a NUL byte, which"
                    + " no variable can hold"
            )
        }
        return text
    }
}
