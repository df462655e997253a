internal import BuildspecFiles
internal import SystemPackage

/// The directory in which this machine keeps the build number and the cache history of a project.
enum ProjectDirectory {
    /// Returns the path of a project's directory in the state directory.
    static func path(of project: String, in stateDirectory: FilePath) -> FilePath {
        stateDirectory.appending("projects").appending(fileName(project))
    }

    /// The project's name as one file name: bytes other than letters, digits, `.`, `_` and `-` become
    /// `%` and two digits.
    private static func fileName(_ project: String) -> String {
        let name = PercentEscape.encode(project) {
            PercentEscape.isAlphanumeric($0) || "._-".utf8.contains($0)
        }
        return name.hasPrefix(".") ? "%2E" + name.dropFirst() : name
    }
}
