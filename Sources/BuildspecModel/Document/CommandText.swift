/// A command as it stands in a buildspec: its text, and where each part of it is.
public struct CommandText: Sendable {
    /// The phase it belongs to.
    public var phase: PhaseName
    /// The text that the shell gets.
    public var text: String
    /// Where the command stands.
    public var range: SourceRange
    private let places: ScalarPositions?
    private let lineStarts: [Int]

    init(_ site: CommandSite) {
        phase = site.phase
        text = site.text
        range = site.range
        places = site.places
        let scalars = Array(site.text.unicodeScalars)
        lineStarts = [0] + scalars.indices.filter { scalars[$0] == "\n" }.map { $0 + 1 }
    }

    /// Where a part of the text stands in the file, whatever the style that it is written in: plain,
    /// quoted, literal or folded.
    ///
    /// - Parameters:
    ///   - start: A position in the text, its lines and columns counted from 1.
    ///   - end: The position behind the part's last character.
    /// - Returns: The part's place, or the whole command's where it is not known.
    public func range(from start: SourcePosition, to end: SourcePosition) -> SourceRange {
        places?.range(offset(of: start)..<max(offset(of: start), offset(of: end))) ?? range
    }

    private func offset(of position: SourcePosition) -> Int {
        let line = min(max(position.line, 1), lineStarts.count)
        let end = line < lineStarts.count ? lineStarts[line] - 1 : text.unicodeScalars.count
        let column = max(position.column, 1) - 1
        return column < end - lineStarts[line - 1] ? lineStarts[line - 1] + column : end
    }
}

extension Buildspec {
    /// The commands of a buildspec in file order, those that an alias repeats left out, and what
    /// `env.shell` says of the shell that runs them.
    ///
    /// - Parameter text: The bytes of the file, which may have errors.
    /// - Returns: The commands and the shell; nothing when the text is no YAML.
    public static func commands(in text: [UInt8]) -> (commands: [CommandText], shell: String?) {
        let reading = Reading(text, options: ParseOptions())
        guard reading.isComplete else { return ([], nil) }
        return (
            reading.commandSites.filter { !$0.rawLines.isEmpty }.map(CommandText.init),
            reading.buildspec?.env.shell?.value
        )
    }

    /// The names of the programs that a command's text runs, as far as it says so; what stands behind
    /// `sudo` and the like too, and in the text of `sh -c`.
    package static func programs(in text: String) -> [String] {
        programs(in: text, depth: 0)
    }

    private static func programs(in text: String, depth: Int) -> [String] {
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
