/// A construct that bash supports and that dash, the `/bin/sh` of Debian and Ubuntu, does not.
///
/// The behaviour of dash was observed with dash 0.5.12; `BashTests` checks it again.
struct Bashism: Equatable {
    /// The effect of a construct in dash.
    enum Effect: Equatable {
        /// The command fails, or the whole text is refused.
        case fails
        /// dash continues and does something else; the text says what, after "and".
        case differs(String)
    }

    /// The construct, in quotes if it is literal text.
    var construct: String
    /// The text after "write" in a message; `nil` if only another shell helps.
    var replacement: String?
    var effect = Effect.fails
    /// The range in the text of the command.
    var range = 0..<0

    init(_ construct: String, _ replacement: String? = nil, _ effect: Effect = .fails) {
        self.construct = construct
        self.replacement = replacement
        self.effect = effect
    }

    /// Finds the first bashism of each kind; `variables` are those that other parts of the file set.
    static func all(in text: String, variables: Set<String> = []) -> [Bashism] {
        var found: [Bashism] = []
        var seen: Set<String> = []
        let features = ShellReader.features(of: text)
        let names = ShellNames(features, variables: variables)
        for feature in features {
            guard var bashism = Bashism(feature.kind, names),
                seen.insert(bashism.construct).inserted
            else { continue }
            bashism.range = feature.range
            found.append(bashism)
        }
        return found.sorted { $0.range.lowerBound < $1.range.lowerBound }
    }

    private init?(_ kind: ShellFeature.Kind, _ names: ShellNames) {
        let found: Bashism? =
            switch kind {
            case .command(let words): Bashism.inCommand(words, names)
            case .function(let word): Bashism.inFunctionName(word)
            case .assignment(let word): Bashism.inAssignment(word)
            case .word(let word): Bashism.inWord(word)
            case .parameter(let body): Bashism.inParameter(body, names)
            case .variable(let name): Bashism.inVariable(name, names)
            case .arithmetic(let body): Bashism.inArithmetic(body, names)
            case .sign(let sign): Bashism.signs[sign]
            case .duplication(let word):
                names.isNumber(word) ? nil : Bashism("'>& file'", "'> file 2>&1'")
            }
        guard let found else { return nil }
        self = found
    }

    /// The bashisms that `ShellReader` recognizes by their syntax alone.
    private static let signs: [String: Bashism] = [
        "<<<": Bashism("'<<<'", "\"printf '%s\\n' … |\" before the command"),
        "<(…)": Bashism("'<(…)'", "the output into a file first"),
        ">(…)": Bashism("'>(…)'", "a pipe"),
        "&>": Bashism(
            "'&>'",
            "'> file 2>&1'",
            .differs("runs the command in the background and empties the file")
        ),
        "&>>": Bashism("'&>>'", "'>> file 2>&1'", .differs("runs the command in the background")),
        "{fd}>": Bashism("'{fd}>'", "a number, such as '3>'"),
        "/dev/tcp": Bashism("'/dev/tcp'", "'nc'"),
        "|&": Bashism("'|&'", "'2>&1 |'"),
        ";&": Bashism("';&'", "';;' and repeat the commands"),
        ";;&": Bashism("';;&'", "';;' and repeat the commands"),
        "for {": Bashism("'for … { …; }'", "'for …; do …; done'"),
        "for ((": Bashism("'for ((…))'", "'for i in 1 2 3' or 'while'"),
        "((": Bashism("'((…))'", "'[ \"$((…))\" -ne 0 ]'"),
        "time {": Bashism("'time' before '{' or '('", "\"time sh -c '…'\""),
        "=(": Bashism("an array"),
        "$'": Bashism("$'…'", "\"$(printf '…')\"", .differs("leaves the '$' and the '\\n' in")),
        "$\"": Bashism("$\"…\"", "\"…\"", .differs("leaves the '$' in")),
        "$[": Bashism("'$[…]'", "'$((…))'", .differs("leaves it unchanged")),
        "$(<": Bashism("'$(< file)'", "'$(cat file)'", .differs("makes an empty text of it")),
    ]
}
