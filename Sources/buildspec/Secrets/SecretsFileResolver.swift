internal import ArgumentParser
internal import BuildspecModel
internal import BuildspecRunner
internal import SystemPackage

/// A resolver of parameters and secrets that reads a file, so that a build with references runs
/// without AWS.
///
/// A line is `REFERENCE=VALUE` with the text of the buildspec, or `NAME=VALUE` with the variable's
/// name. Empty lines and lines that begin with `#` are ignored; quotes are part of the value. Another
/// resolver provides the values that the file does not have.
struct SecretsFileResolver: SecretResolver {
    private let lines: [(number: Int, text: String)]
    private let path: String
    private let other: any SecretResolver

    /// Reads the file, if there is one; the other resolver provides all other references.
    init(_ path: String?, or other: any SecretResolver) throws {
        self.other = other
        self.path = path ?? ""
        guard let path else {
            lines = []
            return
        }
        lines = try TextFile.read(path, of: "--secrets-file")
            .split(omittingEmptySubsequences: false) { $0 == "\n" || $0 == "\r\n" }
            .enumerated()
            .map { ($0.offset + 1, String($0.element)) }
            .filter { !$0.1.isEmpty && !$0.1.hasPrefix("#") }
    }

    /// Makes a warning for each line of the file that a buildspec does not refer to.
    ///
    /// A warning shows the name only if the text cannot be a part of a secret.
    func unused(by buildspec: Buildspec) -> [String] {
        let variables = buildspec.env.parameterStore + buildspec.env.secretsManager
        let known = variables.flatMap { [$0.name, $0.value.value] }
        return lines.filter { line in !known.contains { line.text.hasPrefix($0 + "=") } }
            .map { number, text in
                let (name, value) = SecretsFileResolver.split(text)
                let isName = !value.isEmpty && !value.hasPrefix("=") && !name.contains(" ")
                let location = "--secrets-file: \(path):\(number)"
                return isName
                    ? "\(location): nothing in the buildspec refers to '\(name)'; the line is not used"
                    : "\(location): the line is not REFERENCE=VALUE with a reference of the buildspec;"
                        + " it is not used"
            }
    }

    private static func split(_ text: String) -> (name: String, value: Substring) {
        let scalars = text.unicodeScalars
        guard let equals = scalars.firstIndex(of: "=") else { return ("", "") }
        return (String(scalars[..<equals]), Substring(scalars[scalars.index(after: equals)...]))
    }

    func resolve(
        parameters: [ReferencedVariable],
        secrets: [ReferencedVariable]
    ) async throws -> [String: String] {
        var values: [String: String] = [:]
        for reference in parameters + secrets { values[reference.name] = value(of: reference) }
        let found = values
        let rest = try await other.resolve(
            parameters: parameters.filter { found[$0.name] == nil },
            secrets: secrets.filter { found[$0.name] == nil }
        )
        return values.merging(rest) { first, _ in first }
    }

    /// The value of the last line that names the reference; a reference can contain '='.
    private func value(of reference: ReferencedVariable) -> String? {
        for line in lines.reversed() {
            for text in [reference.reference, reference.name] where line.text.hasPrefix(text + "=")
            {
                return String(line.text.dropFirst(text.count + 1))
            }
        }
        return nil
    }
}
