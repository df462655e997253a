/// A filter that masks secrets in the output of commands and in the texts of events.
///
/// Secrets are replaced by `***`, as CodeBuild does. If occurrences overlap, one `***` replaces all of
/// their bytes. If several secrets begin at the same position, the longest one is replaced. All other
/// bytes pass as they are, valid text or not.
///
/// The redactor masks each value, each line of a value with several lines, their forms in base64,
/// percent encoding, JSON and shell quoting, and AWS access key ids. `docs/masking.md` lists all
/// forms, and the ones that cannot be masked.
///
/// The redactor works on a stream: it finds a secret however the stream is cut into chunks. Between
/// chunks it holds back only bytes that may begin a secret, always fewer than the longest form has
/// (and at most 20 for an access key id). `flush()` returns these bytes if nothing follows for now.
/// Memory does not grow with the output.
///
/// Source: CodeBuild guide, data-protection: values from Parameter Store and Secrets Manager and
/// AWS access key ids are hidden in logs. The encoded forms and the lines are additions of buildspec.
public struct Redactor: Sendable {
    /// The number of bytes, without white space around them, from which a value is masked.
    ///
    /// To mask shorter values would hide every `1`, `on` or `yes` of a log, and they could still be
    /// guessed from it.
    public static let minimumLength = 4

    /// The text that replaces a secret.
    public static let replacement = "***"

    /// The indices of the secrets that are too short to be masked.
    ///
    /// Warn the user about these. Empty values are not listed, because nothing is visible of them.
    public let ignored: [Int]

    private let matcher: SecretMatcher
    /// A few scanned bytes as context, then the bytes that may begin a secret.
    private var held: [UInt8] = []
    /// The number of bytes of `held` that are context.
    private var contextLength = 0
    /// The number of bytes of `held` that were returned, as they are or as a replacement.
    private var emittedLength = 0
    /// Whether the last returned bytes are a replacement.
    private var endsInMask = false

    /// Creates a redactor for values in any encoding, binary ones too, and for AWS access key ids.
    ///
    /// Takes about 20 microseconds and 1 KB per short secret, and a millisecond and 70 KB for a
    /// private key in PEM.
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

    /// Redacts the next bytes of the stream.
    ///
    /// - Parameter chunk: Any number of bytes, cut anywhere.
    /// - Returns: The bytes that need no further input, without secrets; empty if all are held back.
    public mutating func redact(_ chunk: [UInt8]) -> [UInt8] {
        guard !chunk.isEmpty else { return [] }
        let heldBack = held.count - emittedLength
        held.append(contentsOf: chunk)
        let scan = matcher.scan(held, from: contextLength, isAtEnd: false)
        if scan.matches.isEmpty, scan.open == nil, heldBack == 0 {
            emittedLength = held.count
            endsInMask = false
            forget(before: held.count)
            return chunk
        }
        return emit(scan, upTo: scan.open ?? held.count)
    }

    /// Returns the bytes that are held back, because a command ended or nothing was written for a
    /// while.
    ///
    /// This can reveal the first bytes of a secret. The redactor remembers these bytes: if the secret
    /// continues in the next chunk, its remaining bytes are masked.
    public mutating func flush() -> [UInt8] {
        guard emittedLength < held.count else { return [] }
        let scan = matcher.scan(held, from: contextLength, isAtEnd: true)
        return emit(scan, upTo: held.count)
    }

    /// Returns a whole text, such as a warning or a command, without secrets, independently of the stream.
    public func redacting(_ text: String) -> String {
        let bytes = [UInt8](text.utf8)
        let scan = matcher.scan(bytes, from: 0, isAtEnd: true)
        guard !scan.matches.isEmpty else { return text }
        var copy = self
        (copy.held, copy.emittedLength, copy.endsInMask) = (bytes, 0, false)
        return String(decoding: copy.emit(scan, upTo: bytes.count), as: UTF8.self)
    }

    /// Returns the start of a text without secrets, also without a secret that the end of the text cuts.
    func redactingStart(of text: String) -> String {
        var copy = self
        (copy.held, copy.emittedLength, copy.endsInMask) = ([], 0, false)
        return String(decoding: copy.redact([UInt8](text.utf8)), as: UTF8.self)
    }

    /// Returns the held bytes up to `end`, and the replacement of a match that goes beyond `end`.
    private mutating func emit(_ scan: SecretMatcher.Scan, upTo end: Int) -> [UInt8] {
        var output: [UInt8] = []
        output.reserveCapacity(max(0, end - emittedLength) + Redactor.replacement.utf8.count)
        for match in scan.matches where match.upperBound > emittedLength {
            // A match that begins in a replaced part extends this part.
            if match.lowerBound >= emittedLength || !endsInMask {
                output += held[min(emittedLength, match.lowerBound)..<match.lowerBound]
                output += Redactor.replacement.utf8
            }
            emittedLength = match.upperBound
            endsInMask = true
        }
        if emittedLength < end {
            output += held[emittedLength..<end]
            emittedLength = end
            endsInMask = false
        }
        forget(before: scan.open ?? held.count)
        return output
    }

    /// Drops the bytes that no later match can need.
    private mutating func forget(before open: Int) {
        let dropped = max(0, open - AccessKeyID.context)
        held.removeFirst(dropped)
        contextLength = open - dropped
        emittedLength -= dropped
    }
}
