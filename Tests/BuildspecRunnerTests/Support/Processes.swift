import Foundation
import TestSupport
import Testing

extension TestBuild {
    /// Returns the process ID that a command wrote to a file.
    func pid(_ file: String) throws -> pid_t {
        let text = try #require(try scratch.read(file))
        return try #require(pid_t(text.trimmingCharacters(in: .whitespacesAndNewlines)))
    }
}

/// Whether a process runs; a zombie process does not.
func isAlive(_ pid: pid_t) -> Bool {
    guard kill(pid, 0) == 0 else { return false }
    let status = FileManager.default.contents(atPath: "/proc/\(pid)/stat") ?? Data()
    let fields = String(decoding: status, as: UTF8.self).split(separator: " ")
    return fields.count > 2 && fields[2] != "Z"
}
