#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Musl)
    internal import Musl
#else
    internal import Darwin
#endif

/// The identity of a process: its number, its start time, and the namespace of the number.
struct ProcessIdentity: Sendable, Equatable {
    var process: pid_t
    /// The start time in the system's ticks since the boot; 0 if it is unknown.
    var start: UInt64
    /// A hash of the machine's boot and of the namespace of process numbers.
    var machine: UInt64

    static let current = ProcessIdentity(
        process: getpid(),
        start: startTime(of: "self") ?? 0,
        machine: thisMachine ?? UInt64.random(in: 0...UInt64.max)
    )

    var text: String {
        "\(process)-\(String(start, radix: 36))-\(String(machine, radix: 36))"
    }

    init(process: pid_t, start: UInt64, machine: UInt64) {
        self.process = process
        self.start = start
        self.machine = machine
    }

    /// Parses `PID-START-MACHINE-NUMBER`.
    init?(ofName name: some Collection<UInt8>) {
        let parts = String(decoding: name, as: UTF8.self).split(separator: "-")
        guard parts.count == 4, let process = pid_t(parts[0]), process > 0,
            let start = UInt64(parts[1], radix: 36), let machine = UInt64(parts[2], radix: 36)
        else { return nil }
        self.init(process: process, start: start, machine: machine)
    }

    /// Returns whether the process is running, or `nil` if its namespace is not this process's.
    func isRunning() -> Bool? {
        guard machine == ProcessIdentity.thisMachine else { return nil }
        if kill(process, 0) != 0, errno == ESRCH { return false }
        // Another process may have got the number since.
        guard start != 0, let now = ProcessIdentity.startTime(of: "\(process)") else { return true }
        return now == start
    }

    /// A hash of the boot and of this process's namespace of process numbers; `nil` if they are
    /// unknown.
    private static let thisMachine: UInt64? = {
        // A /proc of another namespace would list other processes than those that `kill` reaches.
        guard linkTarget("/proc/self") == Array("\(getpid())".utf8),
            let numbers = linkTarget("/proc/self/ns/pid"),
            let boot = systemFile("/proc/sys/kernel/random/boot_id")
        else { return nil }
        // FNV-1a: the text only has to be short.
        return (boot + numbers).reduce(0xCBF2_9CE4_8422_2325) {
            ($0 ^ UInt64($1)) &* 0x100_0000_01B3
        }
    }()

    private static func startTime(of process: String) -> UInt64? {
        guard let stat = systemFile("/proc/\(process)/stat"),
            // The program's name is in parentheses and may hold anything.
            let end = stat.lastIndex(of: UInt8(ascii: ")"))
        else { return nil }
        let fields = stat[(end + 1)...].split(separator: UInt8(ascii: " "))
        return fields.count > 19 ? UInt64(String(decoding: fields[19], as: UTF8.self)) : nil
    }

    private static func systemFile(_ path: String) -> [UInt8]? {
        var bytes: [UInt8] = []
        guard let file = try? OpenFile.reading(PathBytes(path)),
            let count = try? file.read(4_096, at: 0, appendingTo: &bytes), count > 0
        else { return nil }
        return bytes
    }

    private static func linkTarget(_ path: String) -> [UInt8]? {
        let (directory, name) = PathBytes(path).split
        let handle = try? DirectoryHandle.open(PathBytes(Array(directory)))
        return try? handle?.linkTarget(name)
    }
}
