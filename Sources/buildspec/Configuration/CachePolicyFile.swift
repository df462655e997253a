internal import ArgumentParser
internal import BuildspecCache
internal import BuildspecFiles
internal import BuildspecModel
internal import SystemPackage

/// The file of a cache policy.
struct CachePolicyFile {
    /// The name of the file in the source root.
    static let standardName = ".buildspec-cache-policy.yml"

    /// The path for messages.
    private let name: String
    let path: FilePath
    /// Whether an option or variable names the file, so that it must exist.
    private let isNamed: Bool

    /// Creates a reference to a file, relative to the current directory; `nil` is the standard file of
    /// the source root.
    init(named path: String?, root: FilePath) {
        isNamed = path != nil
        // A `FilePath` changes `//`, by which a private key is no longer recognised.
        name = path ?? root.appending(CachePolicyFile.standardName).string
        self.path = Host.currentDirectory().pushing(FilePath(name))
    }

    /// Reads the policy; `nil` if the file does not exist and is not named.
    ///
    /// If the policy cannot be used, all problems are printed, and `status` is thrown. To continue
    /// without the policy would accept entries of every writer.
    func policy(
        requiringSigned isRequired: Bool,
        failing status: ExitStatus
    ) throws -> CachePolicy? {
        guard !name.isPrivateKey, !name.isBareKey else {
            return try failWithoutLocation(
                "the cache policy is a private key, not a file, and is not shown; a policy is a file "
                    + "with public keys (docs/security.md)",
                status
            )
        }
        guard let text = try text(failing: status) else {
            guard isRequired else { return nil }
            return try failWithoutLocation(
                "signed entries are required, but there is no cache policy '\(name)'; write one "
                    + "(docs/security.md), or name one with '--cache-policy'",
                status
            )
        }
        let source = SourceText(text)
        if CachePolicyFile.hasPrivateKey(text) {
            return try failWithoutLocation(
                "the cache policy '\(name)' contains a private key, which is not shown; a policy "
                    + "contains public keys, which 'buildspec cache keygen' prints",
                status
            )
        }
        let (parsed, diagnostics) = CachePolicyText.parse(text)
        var found = diagnostics
        var policy = CachePolicy(keys: [], requiresSigned: false)
        if let parsed { policy = CachePolicyFile.policy(parsed, &found) }
        guard found.isEmpty else {
            // A value that is not a public key may be a private key.
            let hidden = (parsed?.keys ?? []).map(\.key.value)
                .filter { PublicKey($0) == nil && $0.utf8.count >= 16 }
            for diagnostic in found {
                var line = diagnostic.rendered(file: name, source: source)
                for value in hidden { line = line.replacing(value, with: "***") }
                StandardStream.error.write(line + "\n")
            }
            throw status.exitCode
        }
        guard isRequired else { return policy }
        guard !policy.keys.isEmpty else {
            let message = "signed entries are required, but the cache policy has no 'keys'"
            DiagnosticOutput.print(error: message, of: name)
            throw status.exitCode
        }
        policy.requiresSigned = true
        policy.unsignedScopes = []
        return policy
    }

    private func text(failing status: ExitStatus) throws -> [UInt8]? {
        do {
            if !isNamed, let other = try misspelled() {
                return try failWithoutLocation(
                    "'\(other)' does not have the name of a cache policy, "
                        + "'\(CachePolicyFile.standardName)'; rename or remove the file",
                    status
                )
            }
            if let bytes = try AtomicFile.read(PathBytes(path.string), limit: 1 << 20) {
                return bytes
            }
            if try FileStatus.named(PathBytes(path.string)) != nil {
                return try failWithoutLocation(
                    "the cache policy '\(name)' is a link to a file that does not exist; correct or "
                        + "remove the link",
                    status
                )
            }
            guard isNamed else { return nil }
        } catch let error as FileError {
            return try failWithoutLocation(
                "cannot read the cache policy '\(name)': \(error.reason)",
                status
            )
        }
        return try failWithoutLocation("there is no cache policy '\(name)'", status)
    }

    /// The path of a file whose name differs from the standard one in the extension.
    private func misspelled() throws(FileError) -> String? {
        var other = path
        other.extension = "yaml"
        return try FileStatus.named(PathBytes(other.string)) == nil ? nil : other.string
    }

    private static func hasPrivateKey(_ text: [UInt8]) -> Bool {
        let text = String(decoding: text, as: UTF8.self)
        return text.contains("ed25519-secret:") || text.contains("PRIVATE KEY-----")
    }

    /// Ends the command with an error that has no position in the file.
    private func failWithoutLocation<Value>(_ message: String, _ status: ExitStatus) throws -> Value
    {
        StandardStream.error.write("error: \(message)\n")
        throw status.exitCode
    }

    /// Makes the policy of a parsed file, and adds a finding for each invalid value.
    private static func policy(
        _ text: CachePolicyText,
        _ found: inout [Diagnostic]
    ) -> CachePolicy {
        func problem(_ message: String, _ range: SourceRange) {
            found.append(Diagnostic(.error, FindingName.badValue.rawValue, message, at: range))
        }
        var policy = CachePolicy(keys: [], requiresSigned: text.requireSigned)
        policy.unsignedScopes = text.unsignedScopes.map(\.value)
        if let age = text.maximumAge {
            switch DurationText.parse(age.value) {
            case .success(let duration): policy.maximumAge = duration.components.seconds
            case .failure(let error): problem("max-age: \(error.message)", age.range)
            }
        }
        for key in text.keys {
            guard let publicKey = PublicKey(key.key.value) else {
                problem(
                    "this is not a public key; write the line that 'buildspec cache keygen' prints, "
                        + "'ed25519:' and 44 characters",
                    key.key.range
                )
                continue
            }
            var trusted = CachePolicy.TrustedKey(
                name: key.name.value,
                key: publicKey,
                scopes: key.scopes.map(\.value)
            )
            if let day = key.notAfter {
                trusted.notAfter = DayText.lastSecond(of: day.value)
                if trusted.notAfter == nil {
                    problem("'not-after' must be a day such as 2027-06-30", day.range)
                }
            }
            policy.keys.append(trusted)
        }
        return policy
    }
}
