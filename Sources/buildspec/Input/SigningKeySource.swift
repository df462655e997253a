internal import ArgumentParser
internal import BuildspecCache
internal import BuildspecFiles
internal import SystemPackage

/// Where the signing key comes from.
enum SigningKeySource {
    private static let value = "BUILDSPEC_CACHE_SIGN_KEY"
    private static let file = "BUILDSPEC_CACHE_SIGN_KEY_FILE"

    /// Reads the key.
    ///
    /// - Parameters:
    ///   - path: what `--sign-key` says.
    ///   - environment: the variables.
    /// - Returns: the key; `nil` when none was given.
    /// - Throws: a usage error when the one that was given is none.
    static func key(_ path: String?, _ environment: [String: String]) throws -> SigningKey? {
        if let path { return try read(path, of: "--sign-key") }
        if let text = environment[value], !text.isEmpty {
            guard let key = SigningKey(text) else {
                throw ValidationError(
                    "\(value) is not a signing key; 'buildspec cache keygen' makes one"
                )
            }
            return key
        }
        guard let path = environment[file], !path.isEmpty else { return nil }
        return try read(path, of: file)
    }

    /// The variables that a build's commands may see: all but the key.
    static func hidden(from environment: [String: String]) -> [String: String] {
        environment.filter { $0.key != value && $0.key != file }
    }

    private static func read(_ path: String, of option: String) throws -> SigningKey {
        let bytes: [UInt8]?
        do {
            let full = Host.currentDirectory().pushing(FilePath(path))
            bytes = try AtomicFile.read(PathBytes(full.string), limit: 64 << 10)
        } catch {
            throw ValidationError("\(option): '\(path)' cannot be read: \(error)")
        }
        guard let bytes else { throw ValidationError("\(option): there is no file '\(path)'") }
        guard let key = SigningKey(String(decoding: bytes, as: UTF8.self)) else {
            throw ValidationError(
                "\(option): '\(path)' is not a signing key; 'buildspec cache keygen' makes one"
            )
        }
        return key
    }
}
