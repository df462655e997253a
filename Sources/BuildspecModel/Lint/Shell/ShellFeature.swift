/// A construct in the text of a command that rules can check.
struct ShellFeature: Equatable {
    /// The kind of a feature.
    enum Kind: Equatable {
        /// The words of a simple command, without the keywords before it.
        case command([ShellWord])
        /// `name=value`, `name+=value` or `name[…]=value` before or instead of a command.
        case assignment(ShellWord)
        /// An argument of a command, or a word in the list of a `for`.
        case word(ShellWord)
        /// `${…}`: the text between the braces.
        case parameter(String)
        /// `$NAME`.
        case variable(String)
        /// `$((…))`: the text between the parentheses.
        case arithmetic(String)
        /// Other syntax that only bash has: a key of `Bashism.signs`.
        case sign(String)
        /// `>&` or `1>&`, and the word after it.
        case duplication(ShellWord)
        /// The name of a function, before its `()`.
        case function(ShellWord)
    }

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
