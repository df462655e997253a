#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Musl)
    internal import Musl
#else
    internal import Darwin
#endif

/// A point in time as file systems store it: seconds since 1970, and nanoseconds.
package struct FileTime: Sendable, Hashable, Comparable {
    package var seconds: Int64
    /// From 0 to 999,999,999, also before 1970.
    package var nanoseconds: Int32

    package init(seconds: Int64, nanoseconds: Int32) {
        self.seconds = seconds
        self.nanoseconds = nanoseconds
    }

    package static func < (left: FileTime, right: FileTime) -> Bool {
        (left.seconds, left.nanoseconds) < (right.seconds, right.nanoseconds)
    }

    /// Returns the time, or the nearest time that is at most `limit` seconds before or after 1970.
    package func within(_ limit: Int64) -> FileTime {
        if seconds < -limit { return FileTime(seconds: -limit, nanoseconds: 0) }
        return seconds > limit ? FileTime(seconds: limit, nanoseconds: 0) : self
    }

    /// Returns the current time.
    package static func now() -> FileTime {
        var time = timespec()
        _ = unsafe clock_gettime(CLOCK_REALTIME, &time)
        return FileTime(time)
    }

    init(_ time: timespec) {
        self.init(seconds: Int64(time.tv_sec), nanoseconds: Int32(time.tv_nsec))
    }

    var systemTime: timespec {
        var time = timespec()
        time.tv_sec = .init(seconds)
        time.tv_nsec = .init(nanoseconds)
        return time
    }
}

extension FileTime {
    /// Nanoseconds since 1970, clamped to the years 1677 to 2262.
    package var nanosecondsSinceEpoch: Int64 {
        seconds.multipliedClamped(by: 1_000_000_000).addingClamped(Int64(nanoseconds))
    }
}
