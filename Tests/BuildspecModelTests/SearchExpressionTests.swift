import Testing

@testable import BuildspecModel

/// Expected results are those of Go's `regexp` (syntax of RE2) and of grep where both agree.
struct SearchExpressionTests {
    @Test(arguments: [
        ("abc", "xabcx", true), ("abc", "xabx", false), ("", "", true), ("", "a", true),
        ("^a", "ba", false), ("^a", "ab", true), ("a$", "ab", false), ("b$", "ab", true),
        ("a|bc|", "zz", true), ("^(a|bc)$", "bc", true), ("^(a|bc)$", "bcc", false),
        ("^a*$", "", true), ("^a+$", "", false), ("^a?b$", "b", true), ("^a?b$", "aab", false),
        ("^a{2}$", "aa", true), ("^a{2}$", "aaa", false), ("^a{2,}$", "aaaa", true),
        ("^a{2,3}$", "aaaa", false), ("^a{0}b$", "b", true), ("^a{,2}$", "a{,2}", true),
        ("a{", "a{", true), ("^a+?b*?$", "aab", true), ("^(a*)*$", "aaa", true),
        ("^(a|b)*c$", "ababc", true), ("^()*$", "", true), ("^(|a)+$", "aa", true),
    ]) func `operators mean what they do in RE2`(
        pattern: String,
        text: String,
        isFound: Bool
    ) throws {
        #expect(try SearchExpression(pattern).isFound(in: text) == isFound)
    }

    @Test(arguments: [
        ("^.$", "\n", false), ("(?s)^.$", "\n", true), ("^[abc]$", "b", true),
        ("^[^abc]$", "b", false),
        ("^[a-c]$", "b", true), ("^[]a]$", "]", true), ("^[a-]$", "-", true),
        ("^[\\]-_]$", "^", true),
        ("^[\\d\\s]+$", "1 2", true), ("^[^\\D]$", "5", true), ("^[^\\D]$", "x", false),
        ("^\\D$", "x", true), ("^\\W$", "x", false), ("^\\w+$", "a_1", true), ("^\\S$", "é", true),
        ("^[[:alpha:]]+$", "ab", true), ("^[[:^alpha:]]+$", "12", true), ("^[[:x]$", ":", true),
        ("\\bfoo\\b", "a foo.", true), ("\\bfoo\\b", "afoo", false), ("\\Bfoo", "afoo", true),
        ("\\Aa\\z", "a", true), ("(?m)^b$", "a\nb\nc", true), ("^b$", "a\nb\nc", false),
        ("b\\z", "ab\n", false), ("^\\x41\\x{1F600}\\t\\0$", "A😀\t\u{0}", true),
        ("^\\.\\_\\[$", "._[", true),
    ]) func `sets and places mean what they do in RE2`(
        pattern: String,
        text: String,
        isFound: Bool
    ) throws {
        #expect(try SearchExpression(pattern).isFound(in: text) == isFound)
    }

    @Test(arguments: [
        ("(?i)ERROR", "an error", true), ("(?i)straße", "STRAßE", true), ("(?i)[^a]", "A", false),
        ("(?i:a)b", "Ab", true), ("(?i:a)b", "AB", false), ("(a(?i)b)c", "aBc", true),
        ("(a(?i)b)c", "aBC", false), ("(?i-i)a", "A", false), ("(?P<x>a)(?<y>b)(?:c)", "abc", true),
        ("(?U)a+", "a", true),
    ]) func `flags and groups mean what they do in RE2`(
        pattern: String,
        text: String,
        isFound: Bool
    ) throws {
        #expect(try SearchExpression(pattern).isFound(in: text) == isFound)
    }

    @Test(arguments: [
        "[", "[a", "(", "(a", ")", "a)", "*", "+a", "a**", "a+{2}", "(|*)", "[b-a]", "\\", "[\\",
        "a{2,1}", "a{1001}", "(?=a)", "(?!a)", "(?<=a)", "(?", "(?i", "(?Pa)", "(?<>a)", "\\1",
        "\\p{L}",
        "\\Q", "[[:nothing:]]", "\\x{110000}", "\\xZZ", "((a{1000}){1000}){1000}",
        "(((){1000}){1000}){1000}",
    ]) func `what RE2 does not know is refused with a reason`(pattern: String) {
        let error = #expect(throws: SearchExpression.Problem.self) {
            try SearchExpression(pattern)
        }
        #expect(error?.description.isEmpty == false)
    }

    @Test func `groups that are nested too deeply are refused`() {
        let pattern = String(repeating: "(", count: 100_000)
        #expect(throws: SearchExpression.Problem.self) { try SearchExpression(pattern) }
    }

    @Test(
        .timeLimit(.minutes(1)),
        arguments: [
            "(a+)+$", "^(a|a)*$", "(a*)*b", "(.*)*(.*)*(.*)*x$", "(a?){500}a{500}c",
        ]
    ) func `no pattern goes back over a text again and again`(pattern: String) throws {
        let expression = try SearchExpression(pattern)
        let text = String(repeating: "a", count: 2_000) + "!"
        #expect(try !expression.isFound(in: text))
    }

    @Test func `a search ends when its task is cancelled`() async {
        let outcome = await withTaskGroup(of: Bool?.self) { group in
            group.cancelAll()
            group.addTask { try? SearchExpression("b").isFound(in: "aab") }
            return await group.next()
        }
        #expect(outcome == .some(nil))
    }

    @Test func `what a pattern of any bytes does is an answer or an error`() {
        var generator = SystemRandomNumberGenerator()
        let alphabet = Array("ab01(){}[]|*+?.^$\\-,:<>PimsUQEdDwWbBAzx\n é".unicodeScalars)
        for _ in 0..<20_000 {
            var pattern = ""
            for _ in 0..<Int.random(in: 0...12, using: &generator) {
                pattern.unicodeScalars.append(alphabet.randomElement(using: &generator) ?? "a")
            }
            _ = try? SearchExpression(pattern).isFound(in: "ab01 \n.b\\é-(")
        }
    }
}
