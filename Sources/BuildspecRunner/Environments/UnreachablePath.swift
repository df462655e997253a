/// An error for a path that commands can reach and the runner cannot.
struct UnreachablePath: Error, CustomStringConvertible {
    /// The reason, in one line.
    var description: String
}
