/// A construct in the text of a command that rules can check.
struct ShellFeature: Equatable {
    /// The kind of a feature.
    enum Kind: Equatable {
        /// A simple command without the keywords before it: its words, including options and
        /// arguments.
        case command([ShellWord])
        /// `name=value`, `name+=value` or `name[…]=value` before or instead of a command.
        case assignment(ShellWord)
        /// An argument of a command, or a word in the list of a `for`.
        case word(ShellWord)
        /// `${…}`: the text between the braces.
        case parameter(String)
        /// `$NAME`.
        case variable(String)
        /// `$'…'`.
        case ansiQuote
        /// `$"…"`.
        case localeQuote
        /// `$((…))`: the text between the parentheses.
        case arithmetic(String)
        /// `$[…]`.
        case oldArithmetic
        /// `$(< file)`.
        case fileSubstitution
        /// `((…))` as a command.
        case arithmeticCommand
        /// `for ((…))`.
        case arithmeticFor
        /// `name=(…)`.
        case array
        /// `<<<`, `<(…)`, `>(…)`, `&>`, `&>>`, `{fd}>`, or a file of `/dev/tcp`.
        case redirection(String)
        /// `>&` or `1>&`, and the word after it.
        case duplication(ShellWord)
        /// The name of a function, before its `()`.
        case function(ShellWord)
        /// The `{` of a `for` that has no `do`.
        case forBrace
        /// `time` before a `{` or `(`.
        case timeGroup
        /// `|&`.
        case pipeBoth
        /// `;&` or `;;&` in a `case`.
        case fallThrough(String)
    }

    /// The kind of the feature.
    var kind: Kind
    /// The range in the text, in Unicode scalars.
    var range: Range<Int>
}

/// One word of a command, as written.
struct ShellWord: Equatable {
    /// The word as written, quotes included.
    var text: String
    /// The word with a placeholder for each part that is quoted, escaped or expanded by the shell.
    var bare: String
    /// The range in the text, in Unicode scalars.
    var range: Range<Int>

    /// The character in `bare` for a part that is not syntax.
    static let placeholder: Unicode.Scalar = "\u{FFFC}"
}
