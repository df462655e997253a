/// Hides secrets in what commands write and in the texts of events.
///
/// What is found is replaced by `***`, as CodeBuild does it. Every occurrence counts, so where
/// occurrences overlap, all of their bytes go and one `***` stands for them; of secrets that begin
/// at the same place the longest wins. All other bytes pass as they are, valid text or not.
///
/// Hidden are each value, each line of a value that has several, their forms in base64, percent
/// encoding, JSON and shell quoting, and AWS access key ids. `docs/masking.md` lists them, and says
/// what cannot be hidden.
///
/// The redactor is a stream: a secret is found however it is cut into chunks. Between chunks it
/// holds back only bytes that may be the beginning of a secret, always fewer than the longest form
/// has (and at most 20 for an access key id). `flush()` gives them out when nothing follows for
/// now. Memory does not grow with the output.
///
/// Source: CodeBuild guide, data-protection: values from Parameter Store and Secrets Manager and
/// AWS access key ids are hidden in logs. The encoded forms and the lines are our addition.
public struct Redactor: Sendable {
    /// Values with fewer bytes than this, without white space around them, are not hidden.
    ///
    /// They would hide every `1`, `on` or `yes` of a log and still be easily guessed from it.
    public static let minimumLength = 4

    /// What stands where a secret was.
    public static let replacement = "***"

    /// Which secrets, by position in the order given, are too short to be hidden.
    ///
    /// A user should be told. Empty values are not listed: there is nothing to hide.
    public let ignored: [Int]

    private let matcher: SecretMatcher
    /// A few decided bytes for context, then those that may begin a secret.
    private var held: [UInt8] = []
    /// How many bytes of `held` are context.
    private var decided = 0
    /// How many bytes of `held` are given out already, as they are or as a replacement.
    private var emitted = 0
    /// Whether a replacement was the last thing given out.
    private var endsInMask = false

    /// Prepares to hide these values.
    ///
    /// Takes about 20 microseconds and 1 KB per short secret, and a millisecond and 70 KB for a
    /// private key in PEM.
    ///
    /// - Parameters:
    ///   - secrets: the values, in any encoding, binary ones too.
    ///   - hidesAccessKeyIDs: whether AWS access key ids are hidden, whatever the secrets are.
    public init(secrets: [[UInt8]], hidesAccessKeyIDs: Bool = true) {
        var patterns: [[UInt8]] = []
        var ignored: [Int] = []
        for (index, secret) in secrets.enumerated() {
            let forms = SecretForms.all(of: secret)
            if forms.isEmpty && !secret.isEmpty { ignored.append(index) }
            patterns += forms
        }
        self.ignored = ignored
        matcher = SecretMatcher(patterns: patterns, findsAccessKeyIDs: hidesAccessKeyIDs)
    }

    /// Takes the next bytes and returns what can be given out by now.
    ///
    /// - Parameter chunk: bytes of any number, cut anywhere.
    /// - Returns: what is decided, without secrets; empty if all is held back.
    public mutating func redact(_ chunk: [UInt8]) -> [UInt8] {
        guard !chunk.isEmpty else { return [] }
        let heldBack = held.count - emitted
        held.append(contentsOf: chunk)
        let scan = matcher.scan(held, from: decided, isAtEnd: false)
        if scan.matches.isEmpty, scan.open == nil, heldBack == 0 {
            emitted = held.count
            endsInMask = false
            forget(before: held.count)
            return chunk
        }
        return emit(scan, upTo: scan.open ?? held.count)
    }

    /// Returns what is held back, because a command ended or nothing was written for a while.
    ///
    /// The beginning of a secret may come out by this. What was held back is remembered: when the
    /// secret goes on in the next chunk, its remaining bytes are hidden.
    ///
    /// - Returns: the bytes that were held back.
    public mutating func flush() -> [UInt8] {
        guard emitted < held.count else { return [] }
        let scan = matcher.scan(held, from: decided, isAtEnd: true)
        return emit(scan, upTo: held.count)
    }

    /// The text without secrets; has nothing to do with the stream.
    ///
    /// - Parameter text: a whole text, such as a warning or a command.
    /// - Returns: the text with secrets replaced.
    public func redacting(_ text: String) -> String {
        let bytes = [UInt8](text.utf8)
        let scan = matcher.scan(bytes, from: 0, isAtEnd: true)
        guard !scan.matches.isEmpty else { return text }
        var once = self
        (once.held, once.emitted, once.endsInMask) = (bytes, 0, false)
        return String(decoding: once.emit(scan, upTo: bytes.count), as: UTF8.self)
    }

    /// Gives out the held bytes up to `end`, and what is beyond it as far as it is hidden.
    private mutating func emit(_ scan: SecretMatcher.Scan, upTo end: Int) -> [UInt8] {
        var output: [UInt8] = []
        output.reserveCapacity(max(0, end - emitted) + Redactor.replacement.utf8.count)
        for match in scan.matches where match.upperBound > emitted {
            // A match that begins in a replaced part only makes that part longer.
            if match.lowerBound >= emitted || !endsInMask {
                output += held[min(emitted, match.lowerBound)..<match.lowerBound]
                output += Redactor.replacement.utf8
            }
            emitted = match.upperBound
            endsInMask = true
        }
        if emitted < end {
            output += held[emitted..<end]
            emitted = end
            endsInMask = false
        }
        forget(before: scan.open ?? held.count)
        return output
    }

    /// Drops what no later match can need.
    private mutating func forget(before open: Int) {
        let dropped = max(0, open - AccessKeyID.context)
        held.removeFirst(dropped)
        decided = open - dropped
        emitted -= dropped
    }
}
