internal import ArgumentParser
internal import BuildspecCache
internal import BuildspecFiles
internal import SystemPackage

/// The sources of the signing key: an option and two variables.
enum SigningKeySource {
    private static let value = "BUILDSPEC_CACHE_SIGN_KEY"
    private static let file = "BUILDSPEC_CACHE_SIGN_KEY_FILE"

    /// Reads the key of `--sign-key` or of a variable; `nil` if no source names a key.
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

    /// Removes the variables of the key, which a build's commands must not see.
    static func hidden(from environment: [String: String]) -> [String: String] {
        environment.filter { $0.key != value && $0.key != file }
    }

    static func files(_ path: String?, _ environment: [String: String]) -> [FilePath] {
        names(path, environment).map { FilePath($0) }
    }

    /// The values that name a file, unchanged: a `FilePath` changes `//`, by which a private key is
    /// no longer recognised.
    private static func names(_ path: String?, _ environment: [String: String]) -> [String] {
        [path, environment[file]].compactMap(\.self).filter { !$0.isEmpty }
    }

    /// Finds the secret parts of all named keys, also of keys that are not used.
    ///
    /// Of a text that is not a key, each line counts. The variables are those of the process and
    /// the build.
    static func secrets(_ path: String?, _ environments: [[String: String]]) -> [String] {
        var texts = environments.compactMap { $0[value] }
        for name in environments.flatMap({ names(nil, $0) }) + names(path, [:]) {
            if name.isPrivateKey || name.isBareKey {
                texts.append(name)
                continue
            }
            // Problems of the file are reported where the key is used.
            let full = PathBytes(Host.currentDirectory().pushing(FilePath(name)).string)
            let bytes = (try? AtomicFile.read(full, limit: 64 << 10)) ?? nil
            if let bytes { texts.append(String(decoding: bytes, as: UTF8.self)) }
        }
        return texts.flatMap { text -> [String] in
            if let key = SigningKey(text) {
                return [key.secret, String(key.secret.prefix { $0 != "=" })]
            }
            return text.split(whereSeparator: \.isNewline)
                .filter { !$0.hasPrefix("#") && $0.utf8.count >= 16 }.map(String.init)
        }
    }

    /// Throws if others can read a file that is named as the key's, also if the key is not used.
    static func requireClosedFiles(_ path: String?, _ environment: [String: String]) throws {
        if let path { try requireClosed(path, of: "--sign-key") }
        for path in names(nil, environment) { try requireClosed(path, of: file) }
    }

    private static func requireClosed(_ path: String, of option: String) throws {
        guard !path.isPrivateKey, !path.isBareKey,
            let mode = Host.modeOpenToOthers(Host.currentDirectory().pushing(FilePath(path)))
        else { return }
        throw ValidationError(
            "\(option): other users can read the signing key '\(path)' (mode \(mode)), so it "
                + "is not used; run 'chmod 600 \(path)', and make a new key if others could "
                + "have read it"
        )
    }

    private static func read(_ path: String, of option: String) throws -> SigningKey {
        guard !path.isPrivateKey, !path.isBareKey else {
            throw ValidationError(
                "\(option): the value is a key, not a file, and is not shown; put the key in \(value)"
            )
        }
        let bytes: [UInt8]?
        do {
            let full = Host.currentDirectory().pushing(FilePath(path))
            try requireClosed(path, of: option)
            bytes = try AtomicFile.read(PathBytes(full.string), limit: 64 << 10)
        } catch let error as FileError {
            throw ValidationError("\(option): cannot read '\(path)': \(error.reason)")
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

extension String {
    /// Whether the text is a private key or the content of its file, instead of the name of a file.
    var isPrivateKey: Bool {
        hasPrefix("ed25519-secret:") || hasPrefix("-----BEGIN") || contains("\ned25519-secret:")
    }

    /// Whether the text may be the secret of a signing key: 44 characters that do not name a file.
    var isBareKey: Bool {
        utf8.count == 44 && SigningKey("ed25519-secret:\(self)") != nil
            && !Host.exists(FilePath(self))
    }

    /// The text without the secrets of signing keys, for messages that quote a file.
    var hidingSigningKeys: String {
        contains("ed25519-secret:")
            ? replacing(#/ed25519-secret:\s*[A-Za-z0-9+/=_-]+/#, with: "ed25519-secret:***") : self
    }
}
