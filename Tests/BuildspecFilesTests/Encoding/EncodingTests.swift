import BuildspecFiles
import TestSupport
import Testing

@Suite(.timed) struct `Encodings` {
    @Test func `hexadecimal digits decode to the same bytes`() {
        let bytes = Array(UInt8.min...UInt8.max)
        let text = Hex.encode(bytes)
        #expect(text.hasPrefix("000102") && text.hasSuffix("fdfeff"))
        #expect(Hex.decode(text) == bytes)
    }

    @Test(arguments: ["0", "0g", "AB", "+1", "0x"])
    func `a text with other characters than lower-case digits has no bytes`(text: String) {
        #expect(Hex.decode(text) == nil)
    }

    @Test func `an escaped text decodes to the same text`() {
        let text = "a/b c%\n\u{e4}\u{1F600}"
        let escaped = PercentEscape.encode(text, isPlain: PercentEscape.isAlphanumeric)
        #expect(escaped == "a%2Fb%20c%25%0A%C3%A4%F0%9F%98%80")
        #expect(PercentEscape.decode(escaped) == text)
    }

    @Test(arguments: ["%", "%2", "%zz", "a%"])
    func `an incomplete escape has no text`(text: String) {
        #expect(PercentEscape.decode(text) == nil)
    }

    @Test(
        arguments: [
            (0, [1970, 1, 1]), (-1, [1969, 12, 31]), (11_016, [2000, 2, 29]),
            (20_787, [2026, 11, 30]), (-719_468, [0, 3, 1]), (-719_469, [0, 2, 29]),
            (2_932_896, [9999, 12, 31]),
        ] as [(Int64, [Int64])]
    )
    func `a number of days is a date`(days: Int64, date: [Int64]) {
        let found = CivilDate(days: days)
        #expect([found.year, found.month, found.day] == date)
        #expect(found.days == days)
    }

    @Test func `a day that does not exist is not a date`() {
        #expect(CivilDate(year: 2026, month: 2, day: 29) == nil)
        #expect(CivilDate(year: 2028, month: 2, day: 29)?.day == 29)
        #expect(CivilDate(year: 1900, month: 2, day: 29) == nil)
        #expect(CivilDate(year: 2026, month: 4, day: 31) == nil)
        #expect(CivilDate(year: 0, month: 1, day: 1) == nil)
        #expect(CivilDate(year: 2026, month: 13, day: 1) == nil)
    }
}
