// A libFuzzer harness over reading and checking. Compiled together with the sources of
// BuildspecModel by run.sh, not by the package.

/// What must hold for every input, whatever it is.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzBuildspec(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let bytes = unsafe Array(UnsafeBufferPointer(start: start, count: count))
    let parsed = Buildspec.parse(bytes, options: ParseOptions(startsBatch: true))
    let hasErrors = parsed.diagnostics.contains { $0.severity == .error }
    precondition((parsed.buildspec == nil) == hasErrors, "a value exactly when there is no error")

    for phase in parsed.buildspec?.phases.values ?? [:].values {
        guard case .retry(_, let pattern) = phase.onFailure else { continue }
        var questions = 0
        _ = try? RetryPattern(pattern).search("Error while executing command: aaa aaa! b. é") {
            questions += 1
            return questions > 1_000
        }
    }

    let result = Buildspec.validate(bytes)
    for finding in result.diagnostics {
        precondition(FindingName(rawValue: finding.name) != nil, "findings have known names")
        precondition(finding.range.start <= finding.range.end, "ranges are not backward")
        precondition(finding.range.start.line <= max(1, result.source.lineCount), "lines exist")
        let text = finding.rendered(file: "buildspec.yml", source: result.source)
        precondition(!text.unicodeScalars.contains("\u{1B}"), "no control sequences come through")
    }
    let (policy, problems) = CachePolicyText.parse(bytes)
    precondition((policy == nil) == !problems.isEmpty, "a policy exactly when nothing is wrong")
    precondition(problems.allSatisfy { $0.severity == .error }, "and no warning lets one pass")
    return 0
}
