// A libFuzzer harness for parsing and validating. run.sh compiles it with the sources of
// BuildspecModel; the package does not.

/// Checks what must hold for every input.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzBuildspec(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let bytes = unsafe Array(UnsafeBufferPointer(start: start, count: count))
    let parsed = Buildspec.parse(bytes, options: ParseOptions(startsBatch: true))
    let hasErrors = parsed.diagnostics.contains { $0.severity == .error }
    precondition(
        (parsed.buildspec == nil) == hasErrors,
        "a buildspec is parsed exactly if there is no error"
    )

    for phase in parsed.buildspec?.phases.values ?? [:].values {
        guard case .retry(_, let pattern) = phase.onFailure else { continue }
        var polls = 0
        _ = try? RetryPattern(pattern).search("Error while executing command: aaa aaa! b. é") {
            polls += 1
            return polls > 1_000
        }
    }

    let result = Buildspec.validate(bytes)
    for finding in result.diagnostics {
        precondition(FindingName(rawValue: finding.name) != nil, "findings have known names")
        precondition(finding.range.start <= finding.range.end, "ranges do not go backward")
        precondition(finding.range.start.line <= max(1, result.source.lineCount), "lines exist")
        let text = finding.rendered(file: "buildspec.yml", source: result.source)
        precondition(!text.unicodeScalars.contains("\u{1B}"), "the text has no control sequences")
    }
    let (policy, problems) = CachePolicyText.parse(bytes)
    precondition(
        (policy == nil) == !problems.isEmpty,
        "a policy is parsed exactly if there is no problem"
    )
    precondition(problems.allSatisfy { $0.severity == .error }, "all problems are errors")
    return 0
}
