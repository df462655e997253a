internal import ArgumentParser
internal import BuildspecRunner
internal import SystemPackage

/// Takes values from a file, so that a build that refers to AWS runs without it.
///
/// A line is `REFERENCE=VALUE` with the text of the buildspec, or `NAME=VALUE` with the variable's
/// name. Empty lines and lines that begin with `#` are left out, quotes are part of the value. What
/// the file does not have is asked of the other resolver.
struct SecretsFileResolver: SecretResolver {
    private let lines: [String]
    private let other: any SecretResolver

    /// Reads the file.
    ///
    /// - Parameters:
    ///   - path: the file; `nil` is an empty one.
    ///   - other: what is asked for the rest.
    /// - Throws: `ValidationError` when it cannot be read.
    init(_ path: String?, or other: any SecretResolver) throws {
        self.other = other
        guard let path else {
            lines = []
            return
        }
        lines = try TextFile.read(path, of: "--secrets-file")
            .split { $0 == "\n" || $0 == "\r\n" }
            .map(String.init)
            .filter { !$0.isEmpty && !$0.hasPrefix("#") }
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
            for text in [reference.reference, reference.name] where line.hasPrefix(text + "=") {
                return String(line.dropFirst(text.count + 1))
            }
        }
        return nil
    }
}
