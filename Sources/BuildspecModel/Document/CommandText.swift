/// A command of a buildspec: its text, and the position of each part in the file.
public struct CommandText: Sendable {
    /// The phase of the command.
    public var phase: PhaseName
    /// The text that the shell gets.
    public var text: String
    /// The range of the command in the file.
    public var range: SourceRange
    private let positions: ScalarPositions?
    private let lineStarts: [Int]

    init(_ site: CommandSite) {
        phase = site.phase
        text = site.text
        range = site.range
        positions = site.positions
        let scalars = Array(site.text.unicodeScalars)
        lineStarts = [0] + scalars.indices.filter { scalars[$0] == "\n" }.map { $0 + 1 }
    }

    /// Returns the range in the file of a part of the text.
    ///
    /// This works for all styles of YAML: plain, quoted, literal and folded.
    ///
    /// - Parameters:
    ///   - start: A position in the text, with lines and columns counted from 1.
    ///   - end: The position after the last character of the part.
    /// - Returns: The range of the part, or of the whole command if the positions are not known.
    public func range(from start: SourcePosition, to end: SourcePosition) -> SourceRange {
        positions?.range(offset(of: start)..<max(offset(of: start), offset(of: end))) ?? range
    }

    private func offset(of position: SourcePosition) -> Int {
        let line = min(max(position.line, 1), lineStarts.count)
        let end = line < lineStarts.count ? lineStarts[line] - 1 : text.unicodeScalars.count
        let column = max(position.column, 1) - 1
        return column < end - lineStarts[line - 1] ? lineStarts[line - 1] + column : end
    }
}

extension Buildspec {
    /// Returns the commands of a buildspec in file order, without those that an alias repeats.
    ///
    /// - Parameter text: The bytes of the file, which can have errors.
    /// - Returns: The commands, and the value of `env.shell`; no commands if the text is not YAML.
    public static func commands(in text: [UInt8]) -> (commands: [CommandText], shell: String?) {
        let parsed = ParsedText(text, options: ParseOptions())
        guard parsed.isComplete else { return ([], nil) }
        return (
            parsed.commandSites.filter { !$0.rawLines.isEmpty }.map(CommandText.init),
            parsed.buildspec?.env.shell?.value
        )
    }

    /// Returns the names of the programs that a command runs, as far as the text shows them.
    ///
    /// This includes programs after `sudo` and similar commands, and in the text of `sh -c`.
    package static func programs(in text: String, depth: Int = 0) -> [String] {
        let wrappers: Set<String> = ["sudo", "exec", "nohup", "command", "env", "time"]
        let shells: Set<String> = ["sh", "/bin/sh", "bash", "/bin/bash", "dash"]
        return ShellReader.features(of: text).flatMap { feature -> [String] in
            guard case .command(let words) = feature.kind else { return [] }
            let rest = words.drop { word in
                wrappers.contains(word.text) || word.text.hasPrefix("-") || word.isAssignment
            }
            guard let name = rest.first?.text else { return [] }
            guard shells.contains(name), depth < 4, let option = rest.dropFirst().first?.text,
                option.hasPrefix("-"), option.hasSuffix("c"),
                let script = rest.dropFirst(2).first?.text, let quote = script.first,
                quote == "'" || quote == "\"", script.count > 1, script.last == quote
            else { return [name] }
            return [name] + programs(in: String(script.dropFirst().dropLast()), depth: depth + 1)
        }
    }
}
