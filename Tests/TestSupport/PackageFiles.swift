package import SystemPackage

/// The files of the package that the tests were built from.
package enum PackageFiles {
    /// The directory that has `Package.swift`.
    package static let root = {
        var directory = FilePath(#filePath)
        while directory.lastComponent != "Tests", directory.removeLastComponent() {}
        return directory.removingLastComponent()
    }()

    /// Returns the full path of `relative`, which starts at the package's directory.
    package static func path(_ relative: String) -> String {
        root.appending(relative).string
    }
}
