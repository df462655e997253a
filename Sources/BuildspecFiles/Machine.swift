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
    /// The number of processors that are online, at least 1.
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

    /// The name of the namespace in which a process number identifies a process.
    ///
    /// On Linux, the name consists of the boot ID and of the number of the PID namespace, which
    /// differs in a container. Where these cannot be read, it is the machine's name.
    package static var processNamespace: String {
        var boot: [UInt8] = []
        guard let file = try? OpenFile.reading(PathBytes("/proc/sys/kernel/random/boot_id")),
            (try? file.read(36, at: 0, appendingTo: &boot)) == 36,
            let spaces = try? DirectoryHandle.open(PathBytes("/proc/self/ns")),
            let space = try? spaces.linkTarget("pid".utf8)
        else { return hostName }
        let number = space.filter { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
        return String(decoding: boot + [UInt8(ascii: "-")] + number, as: UTF8.self)
    }

    /// Returns the absolute path of a directory, with all links resolved.
    package static func absolute(_ path: FilePath) throws(FileError) -> PathBytes {
        try absolute(PathBytes(path.string))
    }

    /// Returns the absolute path of a file or directory, with all links resolved, in any encoding.
    package static func absolute(_ path: PathBytes) throws(FileError) -> PathBytes {
        let found = unsafe withCString(path.bytes) { unsafe realpath($0, nil) }
        guard let text = unsafe found else {
            throw FileError("open the directory", path.text, number: errno)
        }
        defer { unsafe free(text) }
        let bytes = unsafe UnsafeRawBufferPointer(start: text, count: strlen(text))
        return PathBytes(unsafe Array(bytes))
    }

    /// Returns an absolute path with the links of its existing part resolved.
    package static func resolved(_ path: PathBytes) -> PathBytes {
        if let existing = try? absolute(path) { return existing }
        let (directory, name) = path.split
        guard !directory.isEmpty, directory.count < path.bytes.count else { return path }
        let above = resolved(PathBytes(Array(directory)))
        switch String(decoding: name, as: UTF8.self) {
        case "", ".": return above
        case "..": return PathBytes(Array(above.split.directory))
        default: return above.appending(name)
        }
    }
}

extension [UInt8] {
    /// Reserves capacity for `count` bytes, in large pages if the system has them.
    ///
    /// The first write to a page of new memory causes a page fault. With pages of 4 KB, the faults
    /// cost more than the writes.
    package mutating func reserveLargePages(_ count: Int) {
        reserveCapacity(count)
        #if os(Linux)
            let page = 2 << 20
            guard count >= 2 * page else { return }
            unsafe withUnsafeMutableBufferPointer { buffer in
                guard let start = buffer.baseAddress else { return }
                let address = UInt(bitPattern: start)
                let first = (address + UInt(page) - 1) / UInt(page) * UInt(page)
                let length = (Int(address) + count - Int(first)) / page * page
                let pages = unsafe UnsafeMutableRawPointer(bitPattern: first)
                // Only whole large pages within the array. A system without large pages ignores the
                // hint.
                _ = unsafe madvise(pages, length, MADV_HUGEPAGE)
            }
        #endif
    }
}
