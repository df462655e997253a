package import SystemPackage

#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Musl)
    internal import Musl
#else
    internal import Darwin
#endif

/// Facts about the machine and the process.
package enum Machine {
    /// How many processors can run at once; at least 1.
    package static var cores: Int {
        max(1, sysconf(CInt(_SC_NPROCESSORS_ONLN)))
    }

    /// The machine's name, or `unknown`.
    package static var hostName: String {
        var name = [CChar](repeating: 0, count: 256)
        let result = unsafe name.withUnsafeMutableBufferPointer { buffer in
            unsafe buffer.baseAddress.map { unsafe gethostname($0, buffer.count - 1) } ?? -1
        }
        guard result == 0 else { return "unknown" }
        return String(decoding: name.prefix { $0 != 0 }.map(UInt8.init), as: UTF8.self)
    }

    /// The absolute path of a directory, links resolved, so that one place has one name.
    package static func absolute(_ path: FilePath) throws(FileError) -> PathBytes {
        guard let resolved = unsafe realpath(path.string, nil) else {
            throw FileError("open the directory", path.string, number: errno)
        }
        defer { unsafe free(resolved) }
        return PathBytes(unsafe String(cString: resolved))
    }
}
