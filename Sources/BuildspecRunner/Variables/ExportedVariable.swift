/// A variable that a build exports.
///
/// Source: CodeBuild API, `ExportedEnvironmentVariable`.
public struct ExportedVariable: Sendable, Equatable {
    /// The variable's name.
    public var name: String
    /// The value after the last phase.
    public var value: String

    /// Creates a variable.
    public init(name: String, value: String) {
        self.name = name
        self.value = value
    }
}

/// The values of `env/exported-variables` after the last phase.
///
/// Source: CodeBuild user guide, "Build specification reference": env/exported-variables: a value is
/// read between the start of `install` and the end of `post_build`; names that begin with `AWS_`
/// cannot be exported. The guide does not mention names without a value, or with one that is not text.
/// Such a name is left out, with a warning.
struct ExportedValues: Sendable {
    /// The variables that have a value, in the order of the buildspec.
    var variables: [ExportedVariable] = []
    /// The warnings for the user, one line each.
    var warnings: [String] = []

    /// Reads the values from the build's shell, after the last phase; duplicate names count once.
    init(_ names: [String], of session: ShellSession) async {
        var wanted: [String] = []
        for name in names where !wanted.contains(name) {
            // Validation reports invalid names already.
            guard ShellText.isName(name) else { continue }
            if name.hasPrefix("AWS_") {
                warnings.append(
                    "'\(name)' is not exported; names that begin with 'AWS_' are reserved"
                )
            } else {
                wanted.append(name)
            }
        }
        guard !wanted.isEmpty else { return }
        let texts = wanted.flatMap { ["${\($0)+set}", "${\($0)-}"] }
        guard let values = try? await session.evaluateBytes(texts) else {
            if !Task.isCancelled {
                warnings.append("nothing is exported: the build's environment cannot be read")
            }
            return
        }
        for (index, name) in wanted.enumerated() {
            if values[2 * index].isEmpty {
                warnings.append("'\(name)' is not exported: it has no value after the last phase")
            } else if let value = String(validating: values[2 * index + 1], as: UTF8.self) {
                variables.append(ExportedVariable(name: name, value: value))
            } else {
                warnings.append("'\(name)' is not exported: its value is not UTF-8")
            }
        }
    }
}
