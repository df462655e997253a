import Testing

@testable import BuildspecReports

@Suite struct TestDurationTests {
    @Test(arguments: [
        ("1.5", 1_500_000_000),
        ("0", 0),
        ("", 0),
        (".", 0),
        (" 2 ", 2_000_000_000),
        ("1,234.5", 1_234_500_000_000),
        ("1.234,5", 1_234_500_000_000),
        ("1,234,567", 1_234_567_000_000_000),
        ("0,5", 500_000_000),
        ("0.12345678901234567", 123_456_789),
        ("3.1E-05", 31_000),
        ("1e999", 0),
        ("1e20", Int64.max),
        ("-5", 0),
        ("NaN", 0),
        ("inf", 0),
        ("fast", 0),
        ("00:00:01.2500000", 1_250_000_000),
        ("01:02:03", 3_723_000_000_000),
        ("2.00:00:00", 172_800_000_000_000),
        ("1:30", 90_000_000_000),
        ("1:2:3:4", 0),
        ("::", 0),
        ("x.1:00:00", 0),
    ])
    func `a duration is read in the forms that tools write`(text: String, nanoseconds: Int64) {
        #expect(TestDuration.nanoseconds(text) == nanoseconds)
    }

    @Test func `a duration that is missing is 0`() {
        #expect(TestDuration.nanoseconds(nil) == 0)
    }

    @Test func `a duration has a unit`() {
        #expect(TestDuration.nanoseconds("12", unit: 0.001) == 12_000_000)
    }
}
