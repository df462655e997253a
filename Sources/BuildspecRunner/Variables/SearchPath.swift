internal import SystemPackage

/// The directories of a `PATH` in which programs are searched.
enum SearchPath {
    /// Returns the paths at which a program may be, in the order of the directories.
    ///
    /// Relative directories are skipped, because they depend on the current directory.
    ///
    /// - Parameters:
    ///   - program: The name of the program.
    ///   - path: The value of `PATH`; `nil` is the standard path.
    /// - Returns: One path for each directory.
    static func candidates(for program: String, in path: String?) -> [FilePath] {
        (path ?? BuildEnvironment.standardPath).split(separator: ":").filter { $0.hasPrefix("/") }
            .map { FilePath(String($0)).appending(program) }
    }
}
