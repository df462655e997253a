import Testing

@testable import BuildspecReports

/// What the writers of reports write, for the tests.
enum Written {
    static func junit(_ report: TestReport) -> String {
        joined { JUnitWriter.write(report, to: $0) }
    }

    static func cobertura(_ report: CoverageReport) -> String {
        joined { CoberturaWriter.write(report, timestamp: 1_796_101_200_000, to: $0) }
    }

    /// The sizes of the parts that a writer passes.
    static func partSizes(_ write: (([UInt8]) -> Void) -> Void) -> [Int] {
        var sizes: [Int] = []
        write { sizes.append($0.count) }
        return sizes
    }

    private static func joined(_ write: (([UInt8]) -> Void) -> Void) -> String {
        var bytes: [UInt8] = []
        write { bytes += $0 }
        let text = String(validating: bytes, as: UTF8.self)
        #expect(text != nil, "a document is UTF-8")
        return text ?? ""
    }
}

/// Texts that XML cannot hold as they are.
enum OddText {
    /// A text, and what a parser returns for it.
    static let texts: [(text: String, read: String)] = [
        (#"a "quoted" 'name' & <more>"#, #"a "quoted" 'name' & <more>"#),
        ("]]> ]]&gt; <![CDATA[", "]]> ]]&gt; <![CDATA["),
        ("one\ntwo\tthree\r\nfour\rfive", "one\ntwo\tthree\r\nfour\rfive"),
        ("Größe 測試 🎉", "Größe 測試 🎉"),
        ("\u{0}\u{1B}[31m\u{8}\u{C}", "\u{FFFD}\u{FFFD}[31m\u{FFFD}\u{FFFD}"),
        ("a\u{FFFE}b\u{FFFF}c\u{FFFD}d\u{10FFFF}", "a\u{FFFD}b\u{FFFD}c\u{FFFD}d\u{10FFFF}"),
        ("\u{7F}\u{85}\u{2028}x", "\u{7F}\u{85}\u{2028}x"),
    ]
}
