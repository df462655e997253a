/// The mistake that caused a syntax error, and its position.
///
/// libyaml reports the position where it noticed the error, often lines below the mistake.
struct SyntaxCause {
    /// The position of the mistake.
    var position: SourcePosition
    /// The mistake and the remedy, as a message.
    var text: String

    /// Finds the cause of a syntax error, or `nil` if none of the known mistakes matches.
    ///
    /// The finders run in order, the most specific first.
    static func find(_ context: SyntaxContext) -> SyntaxCause? {
        let finders: [(SyntaxContext) -> SyntaxCause?] = [
            tab, unclosedQuote, lostLineBreaks, unbreakableSpace, invalidEscape, specialStart,
            quoteClosedEarly, missingSpace, pastedLine, blockEnd, colonInCommand, colonInValue,
            underPlainValue, keyAmongItems, itemAmongKeys, offColumn, strayLine,
        ]
        for finder in finders {
            if let cause = finder(context) { return cause }
        }
        return nil
    }
}
