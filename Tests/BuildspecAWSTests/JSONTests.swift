import Foundation
import TestSupport
import Testing

@testable import BuildspecAWS

/// RFC 8259.
struct `JSON values` {
    private func read(_ text: String) -> JSONValue? { JSONValue(Array(text.utf8)) }

    @Test(
        arguments: [
            ("null", .null), (" true\n", .bool(true)), ("false", .bool(false)),
            ("-0.10e+5", .number("-0.10e+5")),
            ("1234567890123456789012", .number("1234567890123456789012")),
            (#""a\n\u00e9\/\"\ud83d\ude00""#, .string("a\né/\"😀")),
            (#""\ud83dx""#, .string("\u{FFFD}x")), (#""\udc00""#, .string("\u{FFFD}")),
            ("[]", .array([])), ("[1, [2]]", .array([.number("1"), .array([.number("2")])])),
            (#"{"a":1,"b":{},"a":2}"#, .object(["a": .number("2"), "b": .object([:])])),
        ] as [(String, JSONValue)]
    )
    func `a JSON text is read as its value`(text: String, value: JSONValue) {
        #expect(read(text) == value)
    }

    @Test(arguments: [
        "", " ", "nul", "tru e", "01", "1.", ".5", "+1", "1e", "-", "\"", "\"\\x\"", "\"\\u12g4\"",
        "\"\t\"", "[1,]", "[1 2]", "[", "{\"a\"}", "{\"a\":}", "{a:1}", "{\"a\":1,}", "1 2", "]",
        "NaN", "'a'", "/**/1",
    ])
    func `an invalid JSON text is refused`(text: String) {
        #expect(read(text) == nil)
    }

    @Test func `a JSON text that is not UTF-8, or is nested too deep, is refused`() {
        #expect(JSONValue([0x22, 0xFF, 0x22]) == nil)
        #expect(read(String(repeating: "[", count: 100_000)) == nil)
        let deep = String(repeating: "[", count: 100) + String(repeating: "]", count: 100)
        #expect(read(deep) != nil)
    }

    @Test(arguments: 1...4 as ClosedRange<UInt64>)
    func `a random text is JSON if Foundation reads it, and its value is written back`(
        seed: UInt64
    ) throws {
        var random = SplitMix64(seed: seed)
        let pieces = [
            "{", "}", "[", "]", ":", ",", "\"a\"", "\"\\u00e9\"", "1", "-2.5", "true", "null", " ",
            "{\"k\":", "[1,", "]}", "\\", "\"",
        ]
        for _ in 0..<5000 {
            let text = (0..<Int.random(in: 1...7, using: &random)).map { _ in
                random.pick(pieces)
            }.joined()
            // Foundation accepts a comma at the end.
            let dense = text.filter { $0 != " " }
            if dense.contains(",]") || dense.contains(",}") { continue }
            let reference = try? JSONSerialization.jsonObject(
                with: Data(text.utf8),
                options: .fragmentsAllowed
            )
            let value = read(text)
            #expect((value == nil) == (reference == nil), "\(text)")
            if let value { #expect(read(value.text) == value, "\(text)") }
        }
    }
}
