/// A stack trace of .NET or Mono.
enum DotNetStackTrace {
    /// Returns the source file and the line of the first frame that has both.
    ///
    /// A frame is `at Class.Method() in /src/File.cs:line 12`, or `… in /src/File.cs:12` by Mono.
    static func location(in trace: String) -> (file: String, line: Int)? {
        for frame in trace.split(whereSeparator: \.isNewline) {
            guard let start = frame.firstRange(of: " in ")?.upperBound,
                let colon = frame[start...].lastIndex(of: ":")
            else { continue }
            let file = frame[start..<colon]
            var number = frame[colon...].dropFirst()
            if number.hasPrefix("line ") { number = number.dropFirst("line ".count) }
            // Mono writes `<filename unknown>:0` for a frame without debug information.
            guard let line = Int(number), line > 0, !file.isEmpty, !file.hasPrefix("<") else {
                continue
            }
            return (String(file), line)
        }
        return nil
    }
}
