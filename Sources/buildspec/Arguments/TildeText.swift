internal import SystemPackage

/// The warnings about `~` where no shell expands it.
///
/// In `--cache=~/x`, in quotes, and in a variable's value, the path would be a directory named `~`.
enum TildeText {
    /// The options whose values are paths of this machine.
    private static let options: Set<Substring> = [
        "--artifacts", "--buildspec", "--cache", "--cache-policy", "--config", "--env-file",
        "--events", "--exports", "--output", "--out", "-o", "--remote", "--root",
        "--sandbox-read", "--sandbox-write", "--secrets-file", "--sign-key", "--source",
    ]

    /// The variables whose values are paths; `~/` is expanded in the variables of the stores only.
    private static let variables = [
        "BUILDSPEC_CACHE_POLICY", "BUILDSPEC_CACHE_SIGN_KEY_FILE", "BUILDSPEC_CONFIG",
    ]

    /// Makes the warnings, each on one line, about `arguments` after the program's name.
    static func warnings(_ arguments: [String], _ environment: [String: String]) -> [String] {
        var found: [(source: String, path: String)] = []
        for (index, argument) in arguments.enumerated() {
            let parts = argument.split(separator: "=", maxSplits: 1)
            if options.contains(argument[...]), arguments.indices.contains(index + 1) {
                found.append((argument, arguments[index + 1]))
            } else if parts.count == 2, options.contains(parts[0]) {
                found.append((String(parts[0]), String(parts[1])))
            }
        }
        for name in variables { found.append((name, environment[name] ?? "")) }
        return found.compactMap { source, path in warning(source, path) }
    }

    private static func warning(_ source: String, _ path: String) -> String? {
        guard let name = path.split(separator: "/").first, path.hasPrefix("~"),
            !Host.exists(FilePath(String(name)))
        else { return nil }
        let remedy = name == "~" ? "; write \"$HOME\(path.dropFirst())\"" : ""
        let text = "warning: \(source): '\(name)' in '\(path)' is not a home directory but a name"
        return (text + remedy).oneLine
    }
}
