internal import ArgumentParser
internal import BuildspecCache
internal import BuildspecFiles
internal import BuildspecModel
internal import SystemPackage

/// The cache policy of a source tree: found, read, and explained if it cannot be used.
struct CachePolicyFile {
    /// What is looked for in the source root.
    static let standardName = ".buildspec-cache-policy.yml"

    /// The path as messages show it.
    private let name: String
    /// The path from the root of the file system on.
    let path: FilePath
    /// Whether somebody asked for it, so that it must be there.
    private let isNamed: Bool

    /// A policy at a path from the current directory; `nil` is the standard one of the source root.
    init(named path: String?, root: FilePath) {
        isNamed = path != nil
        let path = path.map { FilePath($0) } ?? root.appending(CachePolicyFile.standardName)
        name = path.string
        self.path = Host.currentDirectory().pushing(path)
    }

    /// Reads it.
    ///
    /// - Parameters:
    ///   - isRequired: whether nothing unsigned is accepted, whatever the file says.
    ///   - status: how to end when it cannot be used.
    /// - Returns: the policy; `nil` when there is no file and nobody asked for one.
    /// - Throws: the exit status, with all problems printed: going on without would be to trust
    ///   everybody.
    func policy(
        requiringSigned isRequired: Bool,
        failing status: ExitStatus
    ) throws -> CachePolicy? {
        guard !name.isPrivateKey, !name.isBareKey else {
            return try failWithoutPlace(
                "the cache policy is a private key and not a file, and it is not shown; a policy is a "
                    + "file with public keys (docs/security.md)",
                status
            )
        }
        guard let text = try text(failing: status) else {
            guard isRequired else { return nil }
            return try failWithoutPlace(
                "signed entries are required, but there is no cache policy '\(name)'; write one "
                    + "(docs/security.md) or name one with '--cache-policy'",
                status
            )
        }
        let source = SourceText(text)
        if CachePolicyFile.hasPrivateKey(text) {
            return try failWithoutPlace(
                "the cache policy '\(name)' has a private key in it, which is not shown here; a policy "
                    + "has public keys, which 'buildspec cache keygen' prints",
                status
            )
        }
        let (written, diagnostics) = CachePolicyText.parse(text)
        var found = diagnostics
        var policy = CachePolicy(keys: [], requiresSigned: false)
        if let written { policy = CachePolicyFile.policy(written, &found) }
        guard found.isEmpty else {
            // What is no public key may be a private one.
            let hidden = (written?.keys ?? []).map(\.key.value)
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
            return try fail(
                "signed entries are required, but the cache policy has no 'keys'",
                status
            )
        }
        policy.requiresSigned = true
        policy.unsignedScopes = []
        return policy
    }

    private func text(failing status: ExitStatus) throws -> [UInt8]? {
        do {
            if !isNamed, let other = try misspelled() {
                return try failWithoutPlace(
                    "'\(other)' has not the name of a cache policy, '\(CachePolicyFile.standardName)'; "
                        + "rename or remove it",
                    status
                )
            }
            if let bytes = try AtomicFile.read(PathBytes(path.string), limit: 1 << 20) {
                return bytes
            }
            if try FileStatus.named(PathBytes(path.string)) != nil {
                return try failWithoutPlace(
                    "the cache policy '\(name)' is a link that leads nowhere; mend or remove it",
                    status
                )
            }
            guard isNamed else { return nil }
        } catch let error as FileError {
            return try failWithoutPlace(
                "the cache policy '\(name)' cannot be read: \(error.reason)",
                status
            )
        }
        return try failWithoutPlace("there is no cache policy '\(name)'", status)
    }

    /// A file that is meant to be the standard one.
    private func misspelled() throws(FileError) -> String? {
        var other = path
        other.extension = "yaml"
        return try FileStatus.named(PathBytes(other.string)) == nil ? nil : other.string
    }

    private static func hasPrivateKey(_ text: [UInt8]) -> Bool {
        let text = String(decoding: text, as: UTF8.self)
        return text.contains("ed25519-secret:") || text.contains("PRIVATE KEY-----")
    }

    /// Ends the command where there is no text that a place could be in.
    private func failWithoutPlace<Value>(_ message: String, _ status: ExitStatus) throws -> Value {
        StandardStream.error.write("error: \(message)\n")
        throw status.exitCode
    }

    private func fail<Value>(_ message: String, _ status: ExitStatus) throws -> Value {
        DiagnosticOutput.print(error: message, of: name)
        throw status.exitCode
    }

    /// The policy that a text means; what its values cannot mean is found at their places.
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
