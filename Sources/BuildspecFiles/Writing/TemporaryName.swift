internal import Synchronization

/// Names for files that are still being written; a walk never treats such a file as content.
///
/// A name identifies its process, so that the files of a killed process can be distinguished from
/// those of a running one: `.buildspec-partial-PID-START-MACHINE-NUMBER`.
package enum TemporaryName {
    /// The prefix of every temporary name.
    package static let prefix: [UInt8] = Array(".buildspec-partial-".utf8)

    /// The seconds without a change after which a file of an unknown process counts as abandoned.
    package static let secondsUntilAbandoned: Int64 = 86_400

    private static let counter = Atomic<UInt64>(0)

    /// Returns a name that no other process and no earlier call has used.
    package static func next() -> [UInt8] {
        next(of: .current)
    }

    static func next(of owner: ProcessIdentity) -> [UInt8] {
        let number = counter.add(1, ordering: .relaxed).newValue
        return prefix + Array("\(owner.text)-\(number)".utf8)
    }

    /// Returns whether a name has the prefix of temporary names.
    package static func matches(_ name: some Collection<UInt8>) -> Bool {
        name.starts(with: prefix)
    }

    /// Returns whether this program generates such names; a file with another name is never removed.
    ///
    /// The prefix is followed by `PID-START-MACHINE-NUMBER`, or by `PID-TOKEN-NUMBER` of an older
    /// version.
    static func isGenerated(_ name: some Collection<UInt8>) -> Bool {
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
            && parts.enumerated().allSatisfy { index, part in
                isNumber(part, orLetters: index > 0 && index < parts.count - 1)
            }
    }

    /// Returns whether the process that created a file with a temporary name has ended.
    ///
    /// If the process is unknown, a file counts that has not changed for a day. Programs cannot set
    /// the time `changed` of the last status change back.
    static func isAbandoned(
        _ name: some Collection<UInt8>,
        changed: FileTime,
        now: FileTime = .now()
    ) -> Bool {
        if let owner = ProcessIdentity(ofName: name.dropFirst(prefix.count)),
            let isRunning = owner.isRunning()
        {
            return !isRunning
        }
        return changed.seconds < now.seconds - secondsUntilAbandoned
    }
}
