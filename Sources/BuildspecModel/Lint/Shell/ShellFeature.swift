/// Something in a shell's text that a rule may want to know of.
struct ShellFeature: Equatable {
    /// What it is.
    enum Kind: Equatable {
        /// A simple command, without the keywords in front of it: its words, with what is an
        /// assignment or an option of the first one.
        case command([ShellWord])
        /// `name=value`, `name+=value` or `name[…]=value` before or instead of a command.
        case assignment(ShellWord)
        /// A word that the shell takes as a name or value: an argument, or what a `for` lists.
        case word(ShellWord)
        /// `${…}`: what stands between the braces.
        case parameter(String)
        /// `$NAME`.
        case variable(String)
        /// `$'…'`.
        case ansiQuote
        /// `$"…"`.
        case localeQuote
        /// `$((…))`: what stands between the parentheses.
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
        /// `>&` or `1>&`, and what stands behind it.
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

    /// What it is.
    var kind: Kind
    /// Where it stands in the text, in Unicode scalars.
    var range: Range<Int>
}

/// One word of a command, as written.
struct ShellWord: Equatable {
    /// The word as written, quotes included.
    var text: String
    /// The word with a mark for all that is quoted, escaped or put in by the shell.
    var bare: String
    /// Where it stands in the text, in Unicode scalars.
    var range: Range<Int>

    /// What `bare` has for a character that is no syntax.
    static let mark: Unicode.Scalar = "\u{FFFC}"
}
