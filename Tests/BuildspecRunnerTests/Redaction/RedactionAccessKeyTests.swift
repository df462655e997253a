import BuildspecRunner
import TestSupport
import Testing

@Suite(.timed) struct RedactionAccessKeyTests {
    private static let id = "AKIAIOSFODNN7EXAMPLE"

    @Test(arguments: [
        ("AKIAIOSFODNN7EXAMPLE", "***"), ("id=ASIAIOSFODNN7EXAMPLE,", "id=***,"),
        ("ABIAIOSFODNN7EXAMPLE ACCAIOSFODNN7EXAMPLE", "*** ***"),
        ("AWS_ACCESS_KEY_ID_AKIAIOSFODNN7EXAMPLE_", "AWS_ACCESS_KEY_ID_***_"),
        ("\u{1B}[31mAKIAIOSFODNN7EXAMPLE\u{1B}[0m", "\u{1B}[31m***\u{1B}[0m"),
        (#"{"k":"\nAKIAIOSFODNN7EXAMPLE\n"}"#, #"{"k":"\n***\n"}"#),
        ("Credential%3DAKIAIOSFODNN7EXAMPLE%2F20130524", "Credential%3D***%2F20130524"),
        ("AKIAAKIAIOSFODNN7EXA", "***"), ("AKIAIOSFODNN0189MPLE", "***"),
    ])
    func `an access key ID is masked`(input: String, output: String) {
        // CodeBuild guide, data-protection: AWS access key IDs are hidden in logs.
        expect(input, output)
    }

    @Test(arguments: [
        "AKIAIOSFODNN7EXAMPL", "AKIAIOSFODNN7EXAMPLEX", "XAKIAIOSFODNN7EXAMPLE",
        "3DAKIAIOSFODNN7EXAMPLE", "%XDAKIAIOSFODNN7EXAMPLE", "AKIAiosfodnn7example",
        "akiaIOSFODNN7EXAMPLE", "AKIA", "AKI", "AKIA-IOSFODNN7EXAMPLE",
        "AIDAIOSFODNN7EXAMPLE", "AROAIOSFODNN7EXAMPLE:session", "AKIAAKIAAKIAAKIAAKIAAKIA",
    ])
    func `a text that only resembles an access key ID is not masked`(text: String) {
        expect(text, text)
    }

    @Test func `access key IDs are not masked if the option is off`() {
        #expect(Redactor("password", hidesAccessKeyIDs: false).redacting(Self.id) == Self.id)
    }

    @Test func `an access key ID that is a secret, or begins one, is masked`() {
        let secret = Self.id + ":wJalrXUtnFEMI/K7MDENG"
        #expect(Redactor(Self.id, hidesAccessKeyIDs: false).redacting(Self.id) == "***")
        #expect(Redactor(secret).redacting("<\(secret)> <\(Self.id)>") == "<***> <***>")
    }

    @Test func `an access key ID at the end of the output is held back and masked by a flush`() {
        var redactor = Redactor()
        #expect(redactor.redact([UInt8](("id " + Self.id).utf8)) == [UInt8]("id ".utf8))
        #expect(redactor.flush() == [42, 42, 42])
        #expect(redactor.redact([10]) == [10])
    }

    /// Checks a redaction with and without secrets, because the searches differ.
    private func expect(_ input: String, _ output: String) {
        for redactor in [Redactor("password"), Redactor()] { expect(redactor, input, output) }
    }

    /// Checks a redaction of the text alone, after other bytes, and at every cut.
    private func expect(_ redactor: Redactor, _ input: String, _ output: String) {
        #expect(redactor.redacting(input) == output)
        let bytes = [UInt8]("some text, \(input)\n".utf8)
        let expected = [UInt8]("some text, \(output)\n".utf8)
        for cut in 0...bytes.count {
            #expect(redactor.streaming([bytes[..<cut], bytes[cut...]]) == expected)
        }
        #expect(redactor.streaming(bytes.indices.map { bytes[$0...$0] }) == expected)
        // The text has many near misses of the prefix.
        let near = [UInt8](String(repeating: "A AxxA AKIIA", count: 9).utf8)
        for count in 0..<near.count {
            let whole = redactor.redacting(
                String(decoding: near[..<count], as: UTF8.self) + " " + input
            )
            #expect(whole.hasSuffix(" " + output))
        }
    }
}
