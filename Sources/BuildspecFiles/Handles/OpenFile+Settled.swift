#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Musl)
    internal import Musl
#else
    internal import Darwin
#endif

extension FileStatus {
    /// The longest time between two ticks of the clock that file systems take their times from.
    package static let clockTick: Int64 = 20_000_000

    /// Whether a change after this status may leave it as it is, because the clock that file systems
    /// take their times from may not have ticked since the last one.
    package func mayHideChanges(at now: FileTime = .now()) -> Bool {
        // Nothing is worked out with a time that can be anything, as on some file systems.
        guard changed.seconds == now.seconds || changed.seconds == now.seconds - 1 else {
            return false
        }
        let seconds = now.seconds - changed.seconds
        let age = seconds * 1_000_000_000 + Int64(now.nanoseconds) - Int64(changed.nanoseconds)
        return age >= 0 && age < FileStatus.clockTick
    }
}

extension OpenFile {
    /// The file's status at a moment from which on every change shows in it.
    ///
    /// A file that was changed just now is looked at again when the clock has ticked.
    ///
    /// - Returns: the status, or `nil` for a file that is changed all the time.
    package func settledStatus() throws(FileError) -> FileStatus? {
        for attempt in 0..<2 {
            let status = try status()
            if !status.mayHideChanges() { return status }
            if attempt == 0 { usleep(UInt32(FileStatus.clockTick / 1_000) + 1_000) }
        }
        return nil
    }
}
