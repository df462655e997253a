internal import SystemPackage

#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Musl)
    internal import Musl
#else
    internal import Darwin
#endif

/// The process and the files of this machine.
enum Host {
    /// Reads the environment; `unreadable` has the names of variables that are not UTF-8.
    static func environment() -> (variables: [String: String], unreadable: [String]) {
        var variables: [String: String] = [:]
        var unreadable: [String] = []
        var entry = unsafe environ
        while let text = unsafe entry.pointee {
            let bytes = unsafe UnsafeBufferPointer(start: text, count: strlen(text))
                .map { UInt8(bitPattern: $0) }
            let name = bytes.prefix { $0 != UInt8(ascii: "=") }
            let value = bytes.dropFirst(name.count + 1)
            if let name = String(validating: name, as: UTF8.self),
                let value = String(validating: value, as: UTF8.self)
            {
                variables[name] = value
            } else {
                unreadable.append(String(decoding: name, as: UTF8.self))
            }
            unsafe entry += 1
        }
        return (variables, unreadable)
    }

    static func currentDirectory() -> FilePath {
        guard let path = unsafe getcwd(nil, 0) else { return "/" }
        defer { unsafe free(path) }
        return unsafe FilePath(platformString: path)
    }

    /// The user's home directory in the system's database; `/` for a user without one.
    static var home: String {
        var entry = unsafe passwd()
        var found: UnsafeMutablePointer<passwd>?
        var buffer = [CChar](repeating: 0, count: 16_384)
        let result = unsafe getpwuid_r(getuid(), &entry, &buffer, buffer.count, &found)
        guard result == 0, unsafe found != nil, let home = unsafe entry.pw_dir else { return "/" }
        return unsafe String(cString: home)
    }

    /// Resolves links, `.` and `..` in a path; `nil` if the path does not exist.
    static func realPath(_ path: FilePath) -> FilePath? {
        guard let real = unsafe path.withPlatformString({ unsafe realpath($0, nil) }) else {
            return nil
        }
        defer { unsafe free(real) }
        return unsafe FilePath(platformString: real)
    }

    /// Whether a path is a directory, or a link to one.
    static func isDirectory(_ path: FilePath) -> Bool {
        var status = stat()
        let found = unsafe path.withPlatformString { unsafe stat($0, &status) } == 0
        return found && status.st_mode & S_IFMT == S_IFDIR
    }

    /// Whether a path exists, with links followed.
    static func exists(_ path: FilePath) -> Bool {
        unsafe path.withPlatformString { unsafe access($0, F_OK) } == 0
    }

    /// Makes an open file accessible to its owner only, whatever the process's umask.
    ///
    /// Pipes, terminals, and files on a file system without modes stay unchanged. The result is
    /// `false` for a file of another user that others can read.
    static func makePrivate(_ file: FileDescriptor) -> Bool {
        var status = stat()
        guard unsafe fstat(file.rawValue, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
            return true
        }
        return fchmod(file.rawValue, 0o600) == 0 || status.st_uid == geteuid()
            || status.st_mode & 0o077 == 0
    }

    /// Removes a file, if that is possible.
    static func remove(_ path: FilePath) {
        _ = unsafe path.withPlatformString { unsafe unlink($0) }
    }

    /// Whether a path exists, also as a link to a missing target.
    static func hasName(_ path: FilePath) -> Bool {
        var status = stat()
        return unsafe path.withPlatformString { unsafe lstat($0, &status) } == 0
    }

    /// The mode of this user's file that others can read or write, such as `0644`.
    ///
    /// The result is `nil` for a private file and for a file of another user.
    ///
    /// Source: OpenSSH, `sshkey_perm_ok`.
    static func modeOpenToOthers(_ path: FilePath) -> String? {
        var status = stat()
        guard unsafe path.withPlatformString({ unsafe stat($0, &status) }) == 0,
            status.st_mode & S_IFMT == S_IFREG, status.st_uid == getuid(),
            status.st_mode & 0o077 != 0
        else { return nil }
        return "0" + String(status.st_mode & 0o777, radix: 8)
    }

    /// Whether standard output is a terminal.
    static var outputIsTerminal: Bool { isatty(STDOUT_FILENO) == 1 }

    static var executable: FilePath? {
        #if os(Linux)
            realPath("/proc/self/exe")
        #else
            CommandLine.arguments.first.flatMap { realPath(FilePath($0)) }
        #endif
    }

    static func read(_ path: FilePath) throws -> [UInt8] {
        let file = try FileDescriptor.open(path, .readOnly, options: .closeOnExec)
        return try file.closeAfter { try readToEnd(file) }
    }

    static func readStandardInput() throws -> [UInt8] { try readToEnd(.standardInput) }

    private static func readToEnd(_ file: FileDescriptor) throws -> [UInt8] {
        var all: [UInt8] = []
        while true {
            let chunk = unsafe try [UInt8](unsafeUninitializedCapacity: 65_536) { space, count in
                count = unsafe try file.read(into: UnsafeMutableRawBufferPointer(space))
            }
            if chunk.isEmpty { return all }
            all += chunk
        }
    }
}
