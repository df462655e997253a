internal import ArgumentParser

/// Checks of all arguments before they are parsed.
enum ArgumentText {
    /// Rejects arguments that are not UTF-8.
    ///
    /// Swift replaces such bytes, so two keys could become the same key, and a name or glob would not
    /// match the file that it means.
    static func requireUTF8() throws {
        for (index, argument) in CommandLine.arguments.enumerated().dropFirst() {
            guard CommandLine.argc > index, let bytes = unsafe CommandLine.unsafeArgv[index],
                unsafe String(validatingCString: bytes) == nil
            else { continue }
            throw ValidationError(
                "argument \(index), '\(argument.oneLine)', is not UTF-8; in a glob, '*' matches such "
                    + "bytes"
            )
        }
    }

    /// The options whose values are paths, except those with an error of their own for an empty value.
    private static let pathOptions: Set = [
        "--artifacts", "--env-file", "--events", "--exports", "--output", "--root",
        "--sandbox-read",
        "--sandbox-write", "--secrets-file", "--source", "-o",
    ]

    /// Rejects an empty path, which would mean the current directory.
    static func rejectEmptyPaths(_ arguments: [String] = CommandLine.arguments) throws {
        for (option, value) in zip(arguments, arguments.dropFirst() + ["-"]) {
            let name = option.hasSuffix("=") ? String(option.dropLast()) : option
            if pathOptions.contains(name), name != option || value.isEmpty {
                throw ValidationError("\(name): the name is empty; name a file or directory")
            }
        }
    }

    /// Rejects a private key as an argument or a store, without showing it.
    static func rejectKeys() throws {
        for (index, argument) in CommandLine.arguments.enumerated().dropFirst() {
            let previous = CommandLine.arguments[index - 1]
            var name = previous.hasPrefix("-") ? previous.printable : "argument \(index)"
            var value = argument
            if argument.hasPrefix("--"), let equals = argument.firstIndex(of: "="),
                !argument.hasPrefix("-----BEGIN")
            {
                name = String(argument[..<equals]).printable
                value = String(argument[argument.index(after: equals)...])
            }
            guard !value.isPrivateKey else {
                throw keyError(name, ". Other users may have seen it, so make a new one")
            }
        }
        let variables = Host.environment().variables
        for name in ["BUILDSPEC_CACHE", "BUILDSPEC_REMOTE", "BUILDSPEC_CONFIG"]
        where variables[name]?.isPrivateKey == true {
            throw keyError(name, "")
        }
    }

    private static func keyError(_ name: String, _ advice: String) -> ValidationError {
        ValidationError(
            "\(name): the value is a key, not a file, and is not shown; put the key in "
                + "BUILDSPEC_CACHE_SIGN_KEY" + advice
        )
    }
}
