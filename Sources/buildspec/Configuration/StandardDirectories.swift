internal import SystemPackage

/// The directories that the command uses by default.
///
/// Source: XDG Base Directory Specification.
struct StandardDirectories {
    /// The cache store: `${XDG_CACHE_HOME:-~/.cache}/buildspec`.
    let cache: FilePath
    /// The user's configuration: `${XDG_CONFIG_HOME:-~/.config}/buildspec/config.yml`.
    let config: FilePath
    /// The state directory: `${XDG_STATE_HOME:-~/.local/state}/buildspec`.
    let state: FilePath

    /// Reads the directories from an environment; relative paths are ignored, as the specification says.
    init(_ environment: [String: String]) {
        let home = StandardDirectories.home(environment)
        func directory(_ variable: String, or standard: String) -> FilePath {
            let path = FilePath(environment[variable] ?? "")
            return path.isAbsolute ? path : home.pushing(FilePath(standard))
        }
        config = directory("XDG_CONFIG_HOME", or: ".config").appending("buildspec/config.yml")
        cache = directory("XDG_CACHE_HOME", or: ".cache").appending("buildspec")
        state = directory("XDG_STATE_HOME", or: ".local/state").appending("buildspec")
    }

    static func home(_ environment: [String: String]) -> FilePath {
        FilePath(environment["HOME"].flatMap { $0.isEmpty ? nil : $0 } ?? Host.home)
    }
}
