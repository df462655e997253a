internal import Synchronization

#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Musl)
    internal import Musl
#else
    internal import Darwin
#endif

/// Names for files that are still being written; no walk ever takes one for content.
///
/// A name says whose it is, so that what a killed process leaves behind can be told from what a
/// running one is about to put in place: `.buildspec-partial-PID-START-MACHINE-NUMBER`.
package enum TemporaryName {
    /// What every such name begins with.
    package static let prefix: [UInt8] = Array(".buildspec-partial-".utf8)

    /// What cannot be proven abandoned counts as such when it has not changed for this long.
    package static let longestUse: Int64 = 86_400

    private static let counter = Atomic<UInt64>(0)

    /// A name that no other process and no earlier call has used.
    package static func next() -> [UInt8] {
        next(of: .own)
    }

    static func next(of owner: ProcessMark) -> [UInt8] {
        let number = counter.add(1, ordering: .relaxed).newValue
        return prefix + Array("\(owner.text)-\(number)".utf8)
    }

    /// Whether `name` is one of these.
    package static func matches(_ name: some Collection<UInt8>) -> Bool {
        name.starts(with: prefix)
    }

    /// Whether this program gives such a name; no other is ever removed.
    ///
    /// Behind the prefix it is `PID-START-MACHINE-NUMBER`, or `PID-TOKEN-NUMBER` of an older version.
    static func isOwn(_ name: some Collection<UInt8>) -> Bool {
        guard matches(name) else { return false }
        let parts = name.dropFirst(prefix.count)
            .split(separator: UInt8(ascii: "-"), omittingEmptySubsequences: false)
        func isNumber(_ part: some Collection<UInt8>, orLetters: Bool) -> Bool {
            !part.isEmpty && part.count <= 20
                && part.allSatisfy {
                    (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0)
                        || orLetters && (UInt8(ascii: "a")...UInt8(ascii: "z")).contains($0)
                }
        }
        return (3...4).contains(parts.count)
            && parts.enumerated().allSatisfy { place, part in
                isNumber(part, orLetters: place > 0 && place < parts.count - 1)
            }
    }

    /// Whether the process that made something of such a name is gone.
    ///
    /// - Parameters:
    ///   - name: a name that matches.
    ///   - changed: the time of its last status change, which programs cannot set back.
    ///   - now: the time.
    /// - Returns: `true` if the process is known to be dead, or if nothing is known of it and
    ///   nothing has happened to the file for a day.
    static func isAbandoned(
        _ name: some Collection<UInt8>,
        changed: FileTime,
        now: FileTime = .now()
    ) -> Bool {
        if let owner = ProcessMark(ofName: name.dropFirst(prefix.count)),
            let isRunning = owner.isRunning()
        {
            return !isRunning
        }
        return changed.seconds < now.seconds - longestUse
    }
}

/// Which process it is: its number, when it started, and where such numbers mean anything.
struct ProcessMark: Sendable, Equatable {
    var process: pid_t
    /// In the system's ticks since it was booted; 0 where that cannot be told.
    var start: UInt64
    /// One boot of one machine, and one name space of process numbers on it.
    var machine: UInt64

    /// This process.
    static let own = ProcessMark(
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

    /// Reads `PID-START-MACHINE-NUMBER`.
    init?(ofName name: some Collection<UInt8>) {
        let parts = String(decoding: name, as: UTF8.self).split(separator: "-")
        guard parts.count == 4, let process = pid_t(parts[0]), process > 0,
            let start = UInt64(parts[1], radix: 36), let machine = UInt64(parts[2], radix: 36)
        else { return nil }
        self.init(process: process, start: start, machine: machine)
    }

    /// Whether the process lives, or `nil` if that cannot be told from here.
    func isRunning() -> Bool? {
        guard machine == ProcessMark.thisMachine else { return nil }
        if kill(process, 0) != 0, errno == ESRCH { return false }
        // The number may have been given to another process since.
        guard start != 0, let now = ProcessMark.startTime(of: "\(process)") else { return true }
        return now == start
    }

    /// The machine's boot and this process's name space of numbers; `nil` where nothing tells them.
    private static let thisMachine: UInt64? = {
        // Elsewhere's process table would tell of other processes than those that `kill` reaches.
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
