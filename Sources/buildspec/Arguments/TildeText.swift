internal import SystemPackage

/// Warns of `~` where no shell puts in the home directory.
///
/// That is in `--cache=~/x`, in quotes, and in a variable's value: the path would be a directory named
/// `~`.
enum TildeText {
    /// Options whose values are paths of this machine.
    private static let options: Set<Substring> = [
        "--artifacts", "--buildspec", "--cache", "--cache-policy", "--config", "--env-file",
        "--events", "--exports", "--output", "--out", "-o", "--remote", "--root",
        "--sandbox-read", "--sandbox-write", "--secrets-file", "--sign-key", "--source",
    ]

    /// Variables whose values are such paths; in those of the stores `~/` is put in.
    private static let variables = [
        "BUILDSPEC_CACHE_POLICY", "BUILDSPEC_CACHE_SIGN_KEY_FILE", "BUILDSPEC_CONFIG",
    ]

    /// The warnings, without their ends of line.
    ///
    /// - Parameters:
    ///   - arguments: the arguments behind the program's name.
    ///   - environment: the environment.
    /// - Returns: a line for each path.
    static func warnings(_ arguments: [String], _ environment: [String: String]) -> [String] {
        var found: [(place: String, path: String)] = []
        for (place, argument) in arguments.enumerated() {
            let parts = argument.split(separator: "=", maxSplits: 1)
            if options.contains(argument[...]), arguments.indices.contains(place + 1) {
                found.append((argument, arguments[place + 1]))
            } else if parts.count == 2, options.contains(parts[0]) {
                found.append((String(parts[0]), String(parts[1])))
            }
        }
        for name in variables { found.append((name, environment[name] ?? "")) }
        return found.compactMap { place, path in warning(place, path) }
    }

    private static func warning(_ place: String, _ path: String) -> String? {
        guard let name = path.split(separator: "/").first, path.hasPrefix("~"),
            !Host.exists(FilePath(String(name)))
        else { return nil }
        let remedy = name == "~" ? "; write \"$HOME\(path.dropFirst())\"" : ""
        return "warning: \(place): '\(name)' in '\(path)' is no home directory but a name\(remedy)"
            .oneLine
    }
}
