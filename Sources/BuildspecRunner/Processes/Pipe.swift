internal import SystemPackage

#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Musl)
    internal import Musl
#else
    internal import Darwin
#endif

/// Operations on pipes that the system package does not have.
enum Pipe {
    /// Opens a pipe that no other program inherits.
    static func open() throws(Errno) -> (readEnd: FileDescriptor, writeEnd: FileDescriptor) {
        var ends: [Int32] = [-1, -1]
        guard unsafe pipe(&ends) == 0 else { throw Errno(rawValue: errno) }
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        return (FileDescriptor(rawValue: ends[0]), FileDescriptor(rawValue: ends[1]))
    }

    /// Sets the capacity to a megabyte, if the system allows that.
    static func enlarge(_ end: FileDescriptor) {
        #if os(Linux)
            let setPipeSize: Int32 = 1031  // F_SETPIPE_SZ, which Swift does not import
            _ = fcntl(end.rawValue, setPipeSize, 1 << 20)
        #endif
    }

    /// Lets all users write to a pipe's end by its name too, as `/dev/stderr`.
    ///
    /// Only a process that inherited the end has a name for it.
    static func openToEveryone(_ end: FileDescriptor) {
        _ = fchmod(end.rawValue, 0o622)
    }

    /// Waits for bytes and returns them; none at the end or after an error.
    static func read(_ end: FileDescriptor, upTo capacity: Int) -> [UInt8] {
        unsafe [UInt8](unsafeUninitializedCapacity: capacity) { buffer, count in
            let space = UnsafeMutableRawBufferPointer(buffer)
            count = unsafe (try? end.read(into: space)) ?? 0
        }
    }

    /// Returns how many bytes can be read without waiting.
    static func bytesWaiting(in end: FileDescriptor) -> Int {
        var count: Int32 = 0
        #if canImport(Darwin)
            let request: UInt = 0x4004_667F  // FIONREAD, which Swift does not import there
        #else
            let request = UInt(FIONREAD)
        #endif
        let result = unsafe ioctl(end.rawValue, request, &count)
        return result == 0 ? Int(count) : 0
    }
}
