/// An outcome of a branch of a source file; it is taken if one of the merged runs took it.
struct TableBranch: MergeEntry {
    var line: UInt32
    var isTaken: Bool
    /// A hash of what tells the outcomes of a line apart, which can be any text.
    var identity: UInt64

    var key: Key { Key(line: line, identity: identity) }

    mutating func merge(_ other: TableBranch) { isTaken = isTaken || other.isTaken }

    struct Key: Comparable {
        var line: UInt32
        var identity: UInt64

        static func < (left: Key, right: Key) -> Bool {
            (left.line, left.identity) < (right.line, right.identity)
        }
    }

    /// Returns the hash FNV-1a, which is the same in every run.
    static func hash(_ bytes: some Sequence<UInt8>) -> UInt64 {
        bytes.reduce(0xCBF2_9CE4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 }
    }
}

extension [LineCoverage] {
    /// Counts branches at their lines; a branch on a line that is not here is left out.
    ///
    /// Both the lines and `branches` are in ascending order.
    mutating func count(_ branches: [TableBranch]) {
        var next = 0
        for index in indices {
            while next < branches.count, branches[next].line <= self[index].number {
                if branches[next].line == self[index].number {
                    self[index].branchesTotal += 1
                    if branches[next].isTaken { self[index].branchesCovered += 1 }
                }
                next += 1
            }
        }
    }
}
