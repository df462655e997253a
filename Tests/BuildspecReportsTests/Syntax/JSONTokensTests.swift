import BuildspecSyntax
import Testing

/// RFC 8259.
@Suite struct JSONTokensTests {
    private typealias Token = JSONTokens.Token

    /// Reads all tokens, in parts of `partSize` bytes.
    private static func tokens(
        _ bytes: [UInt8],
        partSize: Int = 1 << 20,
        limits: JSONTokens.Limits = JSONTokens.Limits(),
        acceptsMark: Bool = false
    ) throws(SyntaxFault) -> [Token] {
        let source = PartSource(bytes, size: partSize)
        var reader = JSONTokens(source, limits: limits, acceptsMark: acceptsMark)
        var tokens: [Token] = []
        while true {
            let token = try reader.next()
            guard token != .end else { return tokens }
            tokens.append(token)
        }
    }

    private static func fault(
        _ bytes: [UInt8],
        limits: JSONTokens.Limits = JSONTokens.Limits()
    ) -> String? {
        do throws(SyntaxFault) {
            _ = try tokens(bytes, limits: limits)
            return nil
        } catch {
            return "\(error.line):\(error.column): \(error.reason)"
        }
    }

    private static let texts: [(String, [JSONTokens.Token])] = [
        ("null", [.null]),
        (" \t\r\n true ", [.bool(true)]),
        ("false", [.bool(false)]),
        ("0", [.number("0")]),
        (
            "[-0.10e+5,1E9,2e-1]",
            [
                .beginArray, .number("-0.10e+5"), .number("1E9"), .number("2e-1"), .endArray,
            ]
        ),
        ("[]", [.beginArray, .endArray]),
        ("{}", [.beginObject, .endObject]),
        (
            #"{"a":[1,{"b":null}],"":""}"#,
            [
                .beginObject, .key("a"), .beginArray, .number("1"), .beginObject, .key("b"), .null,
                .endObject, .endArray, .key(""), .string(""), .endObject,
            ]
        ),
        (
            #""a\n\u00e9\/\"\\\b\f\r\t\ud83d\ude00é€😀""#,
            [
                .string("a\né/\"\\\u{8}\u{C}\r\t😀é€😀")
            ]
        ),
        (#""\ud83dx""#, [.string("\u{FFFD}x")]),
        (#""\ud83d\n""#, [.string("\u{FFFD}\n")]),
        (#""\udc00""#, [.string("\u{FFFD}")]),
        (#""\ud83d\u0041""#, [.string("\u{FFFD}A")]),
        (#""\ud83d\ud83d\ude00""#, [.string("\u{FFFD}😀")]),
    ]

    @Test(arguments: texts)
    func `a document is read as its tokens in parts of any size`(
        text: String,
        expected: [JSONTokens.Token]
    ) throws {
        for size in [1, 2, 3, 7, 1_000] {
            #expect(try Self.tokens(Array(text.utf8), partSize: size) == expected)
        }
    }

    @Test(arguments: [
        ("", "1:1: the file is empty"),
        (" \n ", "2:2: expected a value, found the end of the file"),
        ("[1,\n 2", "2:3: expected ',' or ']', found the end of the file"),
        ("[1,]", "1:4: expected a value, found ']'"),
        ("[1 2]", "1:4: expected ',' or ']', found '2'"),
        ("[}", "1:2: expected a value or ']', found '}'"),
        ("[1}", "1:3: expected ',' or ']', found '}'"),
        (#"{"a":1]"#, "1:7: expected ',' or '}', found ']'"),
        ("{a:1}", "1:2: expected a key in quotes or '}', found 'a'"),
        (#"{"a"}"#, "1:5: expected ':' after a key, found '}'"),
        (#"{"a":}"#, "1:6: expected a value, found '}'"),
        (#"{"a":1,}"#, "1:8: expected a key in quotes, found '}'"),
        ("1 2", "1:3: expected the end of the document, found '2'"),
        ("01", "1:2: expected the end of the document, found '1'"),
        ("1.", "1:3: expected a digit, found the end of the file"),
        ("-", "1:2: expected a digit, found the end of the file"),
        ("+1", "1:1: expected a value, found '+'"),
        ("1e", "1:3: expected a digit, found the end of the file"),
        ("NaN", "1:1: expected a value, found 'N'"),
        ("nul", "1:4: expected 'null', found the end of the file"),
        ("\"a", "1:3: a string has no end"),
        ("\"\t\"", "1:2: expected an escape, found the byte 0x9"),
        (#""\x""#, "1:3: expected an escape after '\\', found 'x'"),
        (#""\u12g4""#, "1:6: expected four hexadecimal digits after '\\u', found 'g'"),
        ("/**/1", "1:1: expected a value, found '/'"),
        ("\u{FEFF}[]", "1:1: expected a value, found the byte 0xEF"),
    ])
    func `a text that is not JSON is refused at its position`(text: String, fault: String) {
        #expect(Self.fault(Array(text.utf8)) == fault)
    }

    @Test(
        arguments: [
            [0x80], [0xC1, 0x80], [0xC3], [0xC3, 0x28], [0xE0, 0x80, 0x80], [0xED, 0xA0, 0x80],
            [0xE2, 0x82], [0xF0, 0x80, 0x80, 0x80], [0xF4, 0x90, 0x80, 0x80], [0xF5], [0xFF],
        ] as [[UInt8]]
    )
    func `a string that is not UTF-8 is refused whether it is kept or skipped`(bytes: [UInt8]) {
        let document = [0x22] + bytes + [0x22]
        #expect(Self.fault(document)?.hasSuffix("the document is not UTF-8") == true)
        var skipping = JSONTokens(MemorySource(document))
        #expect(throws: SyntaxFault.self) { try skipping.skipValue() }
    }

    @Test func `UTF-16 is refused and the mark of UTF-8 is accepted if it is asked for`() throws {
        #expect(Self.fault([0xFF, 0xFE, 0x5B, 0]) == "1:1: expected UTF-8, found UTF-16")
        #expect(Self.fault([0xFE, 0xFF, 0, 0x5B]) == "1:1: expected UTF-8, found UTF-16")
        let marked = Array("\u{FEFF}[1 2]".utf8)
        let tokens = { try Self.tokens(marked, partSize: 1, acceptsMark: true) }
        let fault = #expect(throws: SyntaxFault.self) { _ = try tokens() }
        #expect(fault?.column == 4)
        #expect(throws: SyntaxFault.self) {
            _ = try Self.tokens([0xEF, 0xBB, 0x5B], acceptsMark: true)
        }
    }

    @Test func `nesting is accepted up to the limit and never exhausts the stack`() throws {
        let limits = JSONTokens.Limits(depth: 3)
        #expect(try Self.tokens(Array("[[[1]]]".utf8), limits: limits).count == 7)
        #expect(
            Self.fault(Array("[[[[".utf8), limits: limits)
                == "1:4: values are nested more than 3 deep"
        )
        let deep = JSONTokens.Limits(depth: .max)
        let count = 200_000
        let text = String(repeating: "[", count: count) + String(repeating: "]", count: count)
        #expect(try Self.tokens(Array(text.utf8), limits: deep).count == 2 * count)
    }

    @Test(arguments: [
        (#""abcdef""#, "abcd"), (#""abcé€f""#, "abc"), (#""abc\nde""#, "abc\n"), (#""ab€x""#, "ab"),
    ])
    func `a long string is cut after a whole character`(text: String, kept: String) throws {
        for size in [1, 100] {
            let limits = JSONTokens.Limits(stringSize: 4)
            let tokens = try Self.tokens(Array(text.utf8), partSize: size, limits: limits)
            #expect(tokens == [.string(kept)])
        }
    }

    @Test func `a long key and a long number are errors`() {
        let limits = JSONTokens.Limits(keySize: 4)
        #expect(
            Self.fault(Array(#"{"abcd":1,"abcde":1}"#.utf8), limits: limits)
                == "1:11: a key is longer than 4 bytes"
        )
        #expect(
            Self.fault(Array("[1234, 1.234]".utf8), limits: limits)
                == "1:8: a number is longer than 4 bytes"
        )
    }

    @Test(arguments: [#""a""#, "1.5", "null", "[[1,[]],{}]", #"{"a":{"b":[1,"]}"]}}"#])
    func `a value is skipped with everything in it`(value: String) throws {
        for size in [1, 100] {
            let source = PartSource(Array("[\(value),7]".utf8), size: size)
            var reader = JSONTokens(source)
            #expect(try reader.next() == .beginArray)
            try reader.skipValue()
            #expect(try reader.next() == .number("7"))
            #expect(try reader.next() == .endArray)
            #expect(try reader.next() == .end)
            #expect(try reader.next() == .end)
        }
    }

    @Test func `the rest of an open value is skipped`() throws {
        var reader = JSONTokens(MemorySource(Array(#"{"a":[1,{"b":2}],"c":3}"#.utf8)))
        #expect(try reader.begin(.beginObject, "the top"))
        #expect(try reader.nextKey() == "a")
        let list = try reader.next()
        #expect(try reader.nextElement() == .number("1"))
        try reader.skipRest(of: list)
        #expect(try reader.nextKey() == "c")
        #expect(try reader.text("c") == "3")
        #expect(try reader.nextKey() == nil)
    }

    @Test func `a value of another type is a fault at its start and null is absent`() throws {
        var reader = JSONTokens(MemorySource(Array("[null,\n 1, {}]".utf8)))
        _ = try reader.next()
        #expect(try reader.begin(.beginObject, "x") == false)
        let fault = #expect(throws: SyntaxFault.self) { _ = try reader.begin(.beginArray, "x") }
        #expect(
            fault == SyntaxFault(line: 2, column: 2, reason: "expected a list as x, found a number")
        )
        #expect(throws: SyntaxFault.self) { _ = try reader.text("y") }
    }
}
