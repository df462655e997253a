/// The format of a report file, with the name that a buildspec uses as `file-format`.
///
/// Source: CodeBuild guide, build-spec-ref: reports. The guide lists LCOV without a name.
public enum ReportFormat: String, Sendable, CaseIterable {
    case junitXML = "JUNITXML"
    case cucumberJSON = "CUCUMBERJSON"
    case nunitXML = "NUNITXML"
    case nunit3XML = "NUNIT3XML"
    case testNGXML = "TESTNGXML"
    case visualStudioTRX = "VISUALSTUDIOTRX"
    case cloverXML = "CLOVERXML"
    case coberturaXML = "COBERTURAXML"
    case jacocoXML = "JACOCOXML"
    case simpleCov = "SIMPLECOV"
    case lcov = "LCOV"

    /// Finds a format by the name in a buildspec, in any case; `nil` for another name.
    public init?(name: String) {
        let name = name.uppercased()
        if ["LCOVINFO", "LCOV_INFO"].contains(name) {
            self = .lcov
        } else {
            self.init(rawValue: name)
        }
    }

    /// Whether the format reports tests or coverage.
    public var kind: ReportKind {
        switch self {
        case .junitXML, .cucumberJSON, .nunitXML, .nunit3XML, .testNGXML, .visualStudioTRX: .test
        case .cloverXML, .coberturaXML, .jacocoXML, .simpleCov, .lcov: .codeCoverage
        }
    }
}

/// The type of a report, with CodeBuild's name for it.
public enum ReportKind: String, Sendable {
    case test = "TEST"
    case codeCoverage = "CODE_COVERAGE"
}
