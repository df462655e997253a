/// A variable that a build hands on.
///
/// Source: CodeBuild API, `ExportedEnvironmentVariable`.
public struct ExportedVariable: Sendable, Equatable {
    /// The variable's name.
    public var name: String
    /// Its value after the last phase.
    public var value: String

    /// Creates a variable.
    public init(name: String, value: String) {
        self.name = name
        self.value = value
    }
}

/// Reads the values of `env/exported-variables` when the phases are over.
///
/// Source: CodeBuild user guide, "Build specification reference": env/exported-variables: a value is
/// read between the start of `install` and the end of `post_build`; names that begin with `AWS_`
/// cannot be exported. That a name without a value, or with one that is no text, is left out, with a
/// warning, is our choice.
struct ExportedValues: Sendable {
    /// The variables that have a value, in the order of the buildspec.
    var variables: [ExportedVariable] = []
    /// What the user should know, one line each.
    var warnings: [String] = []

    /// Asks the build's shell.
    ///
    /// - Parameters:
    ///   - names: what the buildspec lists; a name that is there twice counts once.
    ///   - session: the build's shell, after the last phase.
    init(_ names: [String], of session: ShellSession) async {
        var wanted: [String] = []
        for name in names where !wanted.contains(name) {
            // What is no name has been found by the buildspec's check already.
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
