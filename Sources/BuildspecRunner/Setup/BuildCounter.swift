internal import BuildspecFiles
internal import SystemPackage

#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Musl)
    internal import Musl
#else
    internal import Darwin
#endif

/// Counts a project's builds on this machine.
enum BuildCounter {
    /// Takes the next number, 1 for the first build; builds at the same time get different ones.
    ///
    /// - Parameters:
    ///   - project: the project's name.
    ///   - directory: the directory of the program's state; created if missing.
    /// - Returns: the number.
    /// - Throws: `Errno` or `FileError`.
    static func next(for project: String, in directory: FilePath) throws -> Int {
        let place = directory.appending("projects").appending(fileName(project))
        _ = try AtomicFile.openMaking(PathBytes(place.string), access: .owner)
        let file = try FileDescriptor.open(
            place.appending("build-number"),
            .readWrite,
            options: [.create, .closeOnExec],
            permissions: .ownerReadWrite
        )
        return try file.closeAfter {
            guard flock(file.rawValue, LOCK_EX) == 0 else { throw Errno(rawValue: errno) }
            let text = String(decoding: try SmallFile.contents(of: file), as: UTF8.self)
            // Behind the last number there is is the first one again.
            let last = Int(text.prefix { $0.isNumber }) ?? 0
            let number = last < .max ? last + 1 : 1
            _ = try file.writeAll(toAbsoluteOffset: 0, Array("\(number)\n".utf8))
            return number
        }
    }

    /// The project's name as one file name: bytes other than letters, digits, `.`, `_` and `-` as
    /// `%` and two digits.
    static func fileName(_ project: String) -> String {
        var name = ""
        for byte in project.utf8 {
            let scalar = Unicode.Scalar(byte)
            let isPlain =
                scalar.properties.isAlphabetic && byte < 128 || "0123456789_-".utf8.contains(byte)
            if isPlain || byte == UInt8(ascii: ".") && !name.isEmpty {
                name.unicodeScalars.append(scalar)
            } else {
                name += "%" + (byte < 16 ? "0" : "") + String(byte, radix: 16, uppercase: true)
            }
        }
        return name
    }
}
