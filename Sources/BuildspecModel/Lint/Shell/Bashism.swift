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
    /// The replacement, for a message after "write"; `nil` if only another shell helps.
    var replacement: String?
    /// The effect in dash.
    var effect = Effect.fails
    /// The range in the text of the command.
    var range = 0..<0

    init(_ construct: String, _ replacement: String? = nil, _ effect: Effect = .fails) {
        self.construct = construct
        self.replacement = replacement
        self.effect = effect
    }

    /// Finds the first bashism of each kind in a text.
    ///
    /// - Parameters:
    ///   - text: The text of a command.
    ///   - variables: The variables that other parts of the file set.
    /// - Returns: The bashisms in the order of the text.
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
            case .arithmetic(let body): Bashism.inArithmetic(body)
            case .redirection(let sign): Bashism.redirections[sign]
            case .duplication(let word):
                names.isNumber(word) ? nil : Bashism("'>& file'", "'> file 2>&1'")
            case .forBrace: Bashism("'for … { …; }'", "'for …; do …; done'")
            case .timeGroup: Bashism("'time' before '{' or '('", "\"time sh -c '…'\"")
            case .fallThrough(let sign): Bashism("'\(sign)'", "';;' and repeat the commands")
            case .ansiQuote:
                Bashism("$'…'", "\"$(printf '…')\"", .differs("leaves the '$' and the '\\n' in"))
            case .localeQuote: Bashism("$\"…\"", "\"…\"", .differs("leaves the '$' in"))
            case .oldArithmetic:
                Bashism("'$[…]'", "'$((…))'", .differs("leaves it unchanged"))
            case .fileSubstitution:
                Bashism("'$(< file)'", "'$(cat file)'", .differs("makes an empty text of it"))
            case .arithmeticCommand: Bashism("'((…))'", "'[ \"$((…))\" -ne 0 ]'")
            case .arithmeticFor: Bashism("'for ((…))'", "'for i in 1 2 3' or 'while'")
            case .array: Bashism("an array")
            case .pipeBoth: Bashism("'|&'", "'2>&1 |'")
            }
        guard let found else { return nil }
        self = found
    }

    private static let redirections: [String: Bashism] = [
        "<<<": Bashism("'<<<'", "\"printf '%s\\n' … |\" before the command"),
        "<(…)": Bashism("'<(…)'", "the output into a file first"),
        ">(…)": Bashism("'>(…)'", "a pipe"),
        "&>": Bashism(
            "'&>'",
            "'> file 2>&1'",
            .differs("runs the command in the background and empties the file")
        ),
        "&>>": Bashism(
            "'&>>'",
            "'>> file 2>&1'",
            .differs("runs the command in the background")
        ),
        "{fd}>": Bashism("'{fd}>'", "a number, such as '3>'"),
        "/dev/tcp": Bashism("'/dev/tcp'", "'nc'"),
    ]

    static let commands: [String: Bashism] = [
        "[[": Bashism("'[['", "'['"),
        "function": Bashism("'function'", "'name() {'"),
        "declare": Bashism("'declare'", "'name=value'"),
        "typeset": Bashism("'typeset'", "'name=value'"),
        "let": Bashism("'let'", "'name=$((…))'"),
        "mapfile": Bashism("'mapfile'", "'while read -r line'"),
        "readarray": Bashism("'readarray'", "'while read -r line'"),
        "pushd": Bashism("'pushd'", "'cd', or '(cd dir && …)'"),
        "popd": Bashism("'popd'", "'cd'"),
        "dirs": Bashism("'dirs'", "'pwd'"),
        "shopt": Bashism("'shopt'"),
        "disown": Bashism("'disown'", "'nohup'"),
        "builtin": Bashism("'builtin'", "'command'"),
        "select": Bashism("'select'", "'case'"),
        "coproc": Bashism("'coproc'"),
        "compgen": Bashism("'compgen'"),
        "caller": Bashism("'caller'"),
        "complete": Bashism("'complete'"),
        "compopt": Bashism("'compopt'"),
        "enable": Bashism("'enable'"),
        "bind": Bashism("'bind'"),
        "history": Bashism("'history'"),
    ]
}
