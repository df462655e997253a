internal import ArgumentParser

/// The arguments before an option takes them.
enum ArgumentText {
    /// Refuses bytes that are no UTF-8.
    ///
    /// Where those were, an argument has replacement characters: two keys could become one, and a
    /// name or glob means no file that is there.
    static func requireUTF8() throws {
        for (place, argument) in CommandLine.arguments.enumerated().dropFirst() {
            guard CommandLine.argc > place, let bytes = unsafe CommandLine.unsafeArgv[place],
                unsafe String(validatingCString: bytes) == nil
            else { continue }
            throw ValidationError(
                "argument \(place), '\(argument.oneLine)', is not UTF-8; in a glob, '*' stands for "
                    + "bytes that are not"
            )
        }
    }

    /// Refuses a private key, which is the value of no option, without showing it.
    static func refuseKeys() throws {
        for (place, argument) in CommandLine.arguments.enumerated().dropFirst() {
            let before = CommandLine.arguments[place - 1]
            var name = before.hasPrefix("-") ? before.printable : "argument \(place)"
            var value = argument
            if argument.hasPrefix("--"), let mark = argument.firstIndex(of: "="),
                !argument.hasPrefix("-----BEGIN")
            {
                name = String(argument[..<mark]).printable
                value = String(argument[argument.index(after: mark)...])
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

    private static func keyError(_ name: String, _ more: String) -> ValidationError {
        ValidationError(
            "\(name): this is a key and not a file, and it is not shown; put it in "
                + "BUILDSPEC_CACHE_SIGN_KEY" + more
        )
    }
}
