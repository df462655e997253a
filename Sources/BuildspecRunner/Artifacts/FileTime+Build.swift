internal import BuildspecFiles

extension FileTime {
    /// Whether a file with this time was written since the start of a build, in milliseconds since 1970.
    func isOfBuild(since start: Int64) -> Bool {
        // Some file systems have whole seconds, or only even ones.
        guard nanoseconds > 0 else { return seconds >= start / 1_000 - 1 }
        // The clock of files is some milliseconds late.
        let milliseconds = seconds.multipliedClamped(by: 1_000)
            .addingClamped(Int64(nanoseconds / 1_000_000))
        return milliseconds >= start - 20
    }
}
