internal import SystemPackage

/// Files of lines that users write for the command, such as those of `--env-file`.
enum TextFile {
    /// Why the bytes of a file are not the text that its user means.
    struct Problem: Error, CustomStringConvertible {
        /// The reason.
        var description: String
    }

    /// Reads a file; a byte order mark, which some editors put in front, is not part of the text.
    ///
    /// - Throws: `Errno`, or `Problem` when a value would not be what the file says.
    static func read(_ path: String) throws -> String {
        var bytes = try Host.read(FilePath(path))[...]
        if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { bytes = bytes.dropFirst(3) }
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw Problem(description: "it is not UTF-8")
        }
        guard !bytes.contains(0) else {
            throw Problem(description: "it holds a NUL byte, which no variable can")
        }
        return text
    }
}
