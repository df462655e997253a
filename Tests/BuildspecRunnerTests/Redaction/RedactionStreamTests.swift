import TestSupport
import Testing

@testable import BuildspecRunner

@Suite(.timed) struct RedactionStreamTests {
    private func text(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }

    @Test(
        arguments: [
            (["password"], "a password b", "a *** b"),
            (["pass", "password"], "pass password passwor", "*** *** ***wor"),
            (["password", "word", "swor"], "password sword", "*** ***"),
            (["abcd", "cdef"], "abcdef abcd cdef abcef", "*** *** *** abcef"),
            (["abcd"], "abcdabcd", "******"),
            (["aaaa"], "aaaaaaaaa aaa", "*** aaa"),
            (["abab", "babc"], "xababcx", "x***x"),
            (["abcdXY", "bcde"], "abcdef abcdXY", "a***f ***"),
            (["abcd0000", "abcdz"], "abcdz--- abcd0000", "***--- ***"),
            (["password"], "", ""),
            ([], "nothing to hide", "nothing to hide"),
        ] as [([String], String, String)]
    )
    func `all bytes of all occurrences of secrets are masked`(
        secrets: [String],
        input: String,
        output: String
    ) {
        let redactor = Redactor(secrets: secrets.map { [UInt8]($0.utf8) })
        #expect(redactor.redacting(input) == output)
        let bytes = [UInt8](input.utf8)
        for cut in 0...bytes.count {
            #expect(text(redactor.streaming([bytes[..<cut], bytes[cut...]])) == output)
        }
        #expect(text(redactor.streaming(bytes.indices.map { bytes[$0...$0] })) == output)
    }

    /// Secrets and texts of two letters have many prefixes, overlaps and near misses.
    @Test(arguments: 0..<60)
    func `redacted output equals the naive redaction at every cut`(seed: UInt64) {
        var random = SplitMix64(seed: seed)
        let letters: [UInt8] = seed % 3 == 0 ? [97, 98] : [97, 98, 10]
        func word(_ length: ClosedRange<Int>) -> [UInt8] {
            (0..<Int.random(in: length, using: &random)).map { _ in
                letters.randomElement(using: &random) ?? 0
            }
        }
        let secrets = (0..<Int.random(in: 1...4, using: &random)).map { _ in word(1...12) }
        let patterns = secrets.flatMap { SecretForms.all(of: $0) }
        let input = word(0...60) + (secrets.randomElement(using: &random) ?? []) + word(0...30)
        let redactor = Redactor(secrets: secrets)
        let expected = NaiveRedaction.redact(input, patterns)
        #expect(redactor.streaming([input[...]]) == expected)
        for cut in 0...input.count {
            #expect(redactor.streaming([input[..<cut], input[cut...]]) == expected)
        }
        for size in 1...7 {
            let starts = stride(from: 0, to: input.count, by: size)
            let chunks = starts.map { input[$0..<min($0 + size, input.count)] }
            #expect(redactor.streaming(chunks) == expected)
        }
        for pattern in patterns { #expect(!expected.holds(pattern)) }
    }

    @Test(arguments: 0..<20)
    func `random secrets between random bytes are masked at every cut`(seed: UInt64) {
        var random = SplitMix64(seed: seed)
        let secrets = (0..<5).map { _ in random.bytes(Int.random(in: 4...40, using: &random)) }
        let patterns = secrets.flatMap { SecretForms.all(of: $0) }
        var input: [UInt8] = []
        for _ in 0..<4 {
            input += random.bytes(Int.random(in: 0...20, using: &random))
            input += patterns.randomElement(using: &random) ?? []
        }
        input += random.bytes(5)
        let redactor = Redactor(secrets: secrets)
        let expected = NaiveRedaction.redact(input, patterns)
        for pattern in patterns { #expect(!expected.holds(pattern)) }
        for cut in 0...input.count {
            #expect(redactor.streaming([input[..<cut], input[cut...]]) == expected)
        }
    }

    @Test func `hundreds of secrets are masked in a long text`() {
        var random = SplitMix64(seed: 11)
        let letters = [UInt8](97...122)
        func word(_ length: ClosedRange<Int>) -> [UInt8] {
            (0..<Int.random(in: length, using: &random)).map { _ in
                letters.randomElement(using: &random) ?? 0
            }
        }
        let secrets = (0..<300).map { _ in word(10...20) }
        var input: [UInt8] = []
        var expected: [UInt8] = []
        for _ in 0..<4000 {
            let between = word(0...6)
            input += between + (secrets.randomElement(using: &random) ?? [])
            expected += between + [42, 42, 42]
        }
        #expect(Redactor(secrets: secrets).streaming([input[...]]) == expected)
    }

    @Test func `bytes that are not UTF-8 pass unchanged`() {
        let bytes = [UInt8](0...255) + [0xC3, 0x28, 0xFF, 0xFE, 0, 0, 0x1B, 0x5B]
        let redactor = Redactor("password", "p\u{E4}ssw\u{F6}rt")
        #expect(redactor.streaming([bytes[...]]) == bytes)
        #expect(redactor.streaming(bytes.indices.map { bytes[$0...$0] }) == bytes)
        #expect(redactor.redacting("ein p\u{E4}ssw\u{F6}rt, \u{1F511}") == "ein ***, \u{1F511}")
    }

    @Test func `a secret that is not UTF-8 is masked`() {
        let redactor = Redactor(secrets: [[0xFF, 0x00, 0xC3, 0x28, 0x0A, 0xFE, 0xFF, 0x80, 0x81]])
        let input: [UInt8] = [1, 0xFF, 0x00, 0xC3, 0x28, 0x0A, 0xFE, 0xFF, 0x80, 0x81, 2]
        #expect(redactor.streaming([input[...]]) == [1, 42, 42, 42, 2])
    }

    @Test func `a redactor holds back only bytes that can begin a secret`() {
        var redactor = Redactor("password")
        #expect(text(redactor.redact([UInt8]("Enter pass".utf8))) == "Enter ")
        #expect(redactor.redact([UInt8]("w".utf8)) == [])
        #expect(text(redactor.redact([UInt8]("ay: ".utf8))) == "passway: ")
        #expect(redactor.flush() == [])
    }

    @Test func `a flush releases the bytes held back, and the rest of the secret is masked`() {
        var redactor = Redactor("password")
        #expect(redactor.redact([UInt8]("pass".utf8)) == [])
        #expect(text(redactor.flush()) == "pass")
        #expect(redactor.flush() == [])
        #expect(redactor.redact([UInt8]("wo".utf8)) == [])
        #expect(text(redactor.flush()) == "wo")
        #expect(text(redactor.redact([UInt8]("rd!".utf8))) == "***!")
        #expect(text(redactor.redact([UInt8]("word password!".utf8))) == "word ***!")
    }

    @Test func `the rest of a longer secret after a flush belongs to the same replacement`() {
        var redactor = Redactor("abcdefgh", "cdef")
        #expect(redactor.redact([UInt8]("abcdef".utf8)) == [])
        #expect(text(redactor.flush()) == "ab***")
        #expect(redactor.redact([UInt8]("g".utf8)) == [])
        #expect(text(redactor.redact([UInt8]("h.".utf8))) == ".")
    }

    @Test(arguments: 0..<10)
    func `a redactor holds back fewer bytes than the longest form of a secret has`(seed: UInt64) {
        var random = SplitMix64(seed: seed)
        let secret = (0..<40).map { _ in UInt8.random(in: 97...98, using: &random) }
        let longest = SecretForms.all(of: secret).map(\.count).max() ?? 0
        var redactor = Redactor(secrets: [secret])
        var (given, taken) = (0, 0)
        for _ in 0..<200 {
            // A part of the secret is never replaced, so the counts can be compared.
            let piece = secret[..<Int.random(in: 1...39, using: &random)] + [99]
            for byte in piece {
                given += 1
                taken += redactor.redact([byte]).count
                #expect(given - taken < longest)
            }
            #expect(given == taken)
        }
    }

    @Test func `the texts of events are redacted apart from the stream`() {
        var redactor = Redactor("password")
        #expect(redactor.redact([UInt8]("pass".utf8)) == [])
        #expect(redactor.redacting("word and password") == "word and ***")
        #expect(text(redactor.redact([UInt8]("word".utf8))) == "***")
    }
}
