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
        var name = ""
        for byte in project.utf8 {
            let scalar = Unicode.Scalar(byte)
            let isPlain =
                scalar.properties.isAlphabetic && byte < 128 || "0123456789_-".utf8.contains(byte)
            if isPlain || byte == UInt8(ascii: ".") && !name.isEmpty {
                name.unicodeScalars.append(scalar)
            } else {
                name += "%" + (byte < 16 ? "0" : "") + String(byte, radix: 16, uppercase: true)
            }
        }
        return name
    }
}
