import BuildspecRunner
import TestSupport
import Testing

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// The speed of the redactor, measured on request in a release build:
/// `BUILDSPEC_MEASURE=1 swift test -c release -Xswiftc -enable-testing --filter RedactionSpeed`.
@Suite(.timed, .enabled(if: unsafe getenv("BUILDSPEC_MEASURE") != nil), .timeLimit(.minutes(1)))
struct RedactionSpeedTests {
    private static let symbols = [UInt8](0x20...0x7E)
    private static let words = [
        "Downloading", "[INFO] Compiling", "ok  \t", "https://repo.example.org/maven2/", "=",
        "    at org.junit.runner.Runner(", "Step 3/9 : RUN apt-get install", "  > Task :app:jar",
    ]

    @Test func `a redactor passes 300 MB per second with 50 secrets`() {
        var random = SplitMix64(seed: 7)
        let secrets = (0..<50).map { index in
            (0..<20 + index % 30).map { _ in Self.symbols.randomElement(using: &random) ?? 0 }
        }
        var log: [UInt8] = []
        while log.count < 256 * 1024 {
            log += (Self.words.randomElement(using: &random) ?? "").utf8
            log += [random.next() % 5 == 0 ? 10 : 32]
        }
        let clock = ContinuousClock()
        var redactor = Redactor(secrets: secrets)
        var count = 0
        let time = clock.measure {
            for _ in 0..<2000 { count += redactor.redact(log).count }
            count += redactor.flush().count
        }
        let rate = Double(count) / 1e6 / (time / .seconds(1))
        print("redactor: \(Int(rate)) MB/s with 50 secrets")
        #expect(count == 2000 * log.count)
        #expect(rate >= 300)
    }
}
