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

    /// Within what a process's number tells which process it is.
    ///
    /// That is this boot of this machine and, on Linux, this container; where it cannot be told, the
    /// machine's name.
    package static var processSpace: String {
        var boot: [UInt8] = []
        guard let file = try? OpenFile.reading(PathBytes("/proc/sys/kernel/random/boot_id")),
            (try? file.read(36, at: 0, appendingTo: &boot)) == 36,
            let spaces = try? DirectoryHandle.open(PathBytes("/proc/self/ns")),
            let space = try? spaces.linkTarget("pid".utf8)
        else { return hostName }
        let number = space.filter { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
        return String(decoding: boot + [UInt8(ascii: "-")] + number, as: UTF8.self)
    }

    /// The absolute path of a directory, links resolved, so that one place has one name.
    package static func absolute(_ path: FilePath) throws(FileError) -> PathBytes {
        try absolute(PathBytes(path.string))
    }

    /// The absolute path of a file or directory, links resolved, in whatever encoding it is.
    package static func absolute(_ path: PathBytes) throws(FileError) -> PathBytes {
        let found = unsafe withCString(path.bytes) { unsafe realpath($0, nil) }
        guard let resolved = unsafe found else {
            throw FileError("open the directory", path.text, number: errno)
        }
        defer { unsafe free(resolved) }
        let bytes = unsafe UnsafeRawBufferPointer(start: resolved, count: strlen(resolved))
        return PathBytes(unsafe Array(bytes))
    }

    /// An absolute path with the links resolved that are on the way, as far as there is one.
    package static func settled(_ path: PathBytes) -> PathBytes {
        if let place = try? absolute(path) { return place }
        let (directory, name) = path.split
        guard !directory.isEmpty, directory.count < path.bytes.count else { return path }
        let above = settled(PathBytes(Array(directory)))
        switch String(decoding: name, as: UTF8.self) {
        case "", ".": return above
        case "..": return PathBytes(Array(above.split.directory))
        default: return above.appending(name)
        }
    }
}
