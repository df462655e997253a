internal import ArgumentParser
internal import BuildspecModel
internal import BuildspecRunner
internal import SystemPackage

/// Takes values from a file, so that a build that refers to AWS runs without it.
///
/// A line is `REFERENCE=VALUE` with the text of the buildspec, or `NAME=VALUE` with the variable's
/// name. Empty lines and lines that begin with `#` are left out, quotes are part of the value. What
/// the file does not have is asked of the other resolver.
struct SecretsFileResolver: SecretResolver {
    private let lines: [(number: Int, text: String)]
    private let path: String
    private let other: any SecretResolver

    /// Reads the file.
    ///
    /// - Parameters:
    ///   - path: the file; `nil` is an empty one.
    ///   - other: what is asked for the rest.
    /// - Throws: `ValidationError` when it cannot be read.
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

    /// Says which lines of the file a buildspec does not refer to, one line each.
    ///
    /// A name is shown where it must be one; what may be a part of a secret is not.
    ///
    /// - Parameter buildspec: what the file is for.
    /// - Returns: the warnings.
    func unused(by buildspec: Buildspec) -> [String] {
        let variables = buildspec.env.parameterStore + buildspec.env.secretsManager
        let known = variables.flatMap { [$0.name, $0.value.value] }
        return lines.filter { line in !known.contains { line.text.hasPrefix($0 + "=") } }
            .map { number, text in
                let (name, value) = SecretsFileResolver.split(text)
                let mayBeShown = !value.isEmpty && !value.hasPrefix("=") && !name.contains(" ")
                let place = "--secrets-file: \(path):\(number)"
                return mayBeShown
                    ? "\(place): nothing in the buildspec refers to '\(name)'; the line is not used"
                    : "\(place): the line is not REFERENCE=VALUE with a reference of the buildspec; it is"
                        + " not used"
            }
    }

    private static func split(_ text: String) -> (name: String, value: Substring) {
        let scalars = text.unicodeScalars
        guard let equals = scalars.firstIndex(of: "=") else { return ("", "") }
        return (
            String(scalars[..<equals]), Substring(scalars[scalars.index(after: equals)...])
        )
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

    /// The value of the last line that names the reference; references may hold '=' themselves.
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
