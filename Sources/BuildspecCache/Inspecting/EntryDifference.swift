internal import BuildspecFiles
public import SystemPackage

/// What differs between two entries, or between an entry and a tree.
public struct EntryDifference: Sendable, Equatable {
    /// A path that is not the same on both sides.
    public struct Change: Sendable, Equatable {
        /// In which way.
        public enum Kind: String, Sendable {
            /// Only the second side has it.
            case added
            /// Only the first side has it.
            case removed
            /// Both have it.
            case changed
        }

        /// What differs of a path that both sides have.
        public enum Aspect: String, Sendable {
            /// A file here, a directory or link there.
            case kind
            /// The bytes, or what a link says.
            case content
            /// The permission bits.
            case mode
            /// The time of last change.
            case time
        }

        /// The path.
        public var path: String
        /// In which way it differs.
        public var kind: Kind
        /// What differs, for a changed path.
        public var aspects: [Aspect] = []
        /// Its size on the first side.
        public var oldSize: UInt64?
        /// Its size on the second side.
        public var newSize: UInt64?

        /// Whether nothing but the time differs.
        public var isTimeOnly: Bool { aspects == [.time] }
    }

    /// The changes in path order.
    public var changes: [Change] = []
    /// How many paths are the same.
    public var same = 0
}

extension BuildCache {
    /// Compares the contents of two entries.
    ///
    /// No pack is read where both entries name the same place of the same pack, nor where this machine
    /// has proven what the manifests say.
    ///
    /// - Parameters:
    ///   - first: an entry, as a listing names it.
    ///   - second: another.
    /// - Returns: what the second has that the first has not, and the other way round.
    /// - Throws: `CacheError` when one of them is damaged or gone, or its packs do not hold what its
    ///   manifest says.
    public func difference(from first: String, to second: String) async throws -> EntryDifference {
        try await onBlockingThreads {
            let reader = settings.unrestrictedReader()
            let oldRecord = try await reader.existingRecord(named: first)
            let newRecord = try await reader.existingRecord(named: second)
            let old = try await reader.manifest(of: oldRecord)
            let new = try await reader.manifest(of: newRecord)
            let packs = SameContents(old, new)
            try await requireTrue(oldRecord, old, packs: packs.old, reader)
            try await requireTrue(newRecord, new, packs: packs.new, reader)
            return EntryDifference(old.entries, new.entries)
        }
    }

    /// Compares an entry with the tree as it is.
    ///
    /// Every file is read whose size is the entry's, and the entry's contents are proven unless this
    /// machine has done so before. What comes from the checkout is on neither side, as a restore leaves it
    /// alone.
    ///
    /// - Parameters:
    ///   - recordName: the entry, as a listing names it.
    ///   - root: the directory that relative paths start from.
    ///   - checkout: finds out which files come from the checkout.
    /// - Returns: what the tree has that the entry has not, and the other way round.
    /// - Throws: `CacheError` when the entry is damaged or the tree cannot be read.
    public func difference(
        from recordName: String,
        toTreeAt root: FilePath,
        leavingOut checkout: Checkout.Finder = Checkout.unknown
    ) async throws -> EntryDifference {
        let root = try Machine.absolute(root)
        return try await onBlockingThreads {
            let reader = settings.unrestrictedReader()
            let record = try await reader.existingRecord(named: recordName)
            let manifest = try await reader.manifest(of: record)
            let roots = try TreeRoots(root: root, fileSystemRoot: settings.fileSystemRoot)
            try await requireTrue(record, manifest, packs: nil, reader)
            let set = PathSet(KeyRecord.declarable(record.paths), root: root)
            let walk = try await CacheTree(set, checkout, roots, settings)
            var tree = ComparedTree(manifest, roots)
            var cursor = CheckoutCursor(walk.rules)
            let entries = manifest.entries.filter { cursor.owner(of: $0.path) == .cache }
            let there = try tree.entries(of: walk.entries)
            try Task.checkCancellation()
            return EntryDifference(entries, there)
        }
    }
}

extension BuildCache {
    /// Refuses to compare what a manifest says when that is not what its packs hold.
    private func requireTrue(
        _ record: KeyRecord,
        _ manifest: Manifest,
        packs: Set<Int>?,
        _ reader: EntryReader
    ) async throws {
        do {
            try await settings.verify(record, manifest, packs: packs, reader)
        } catch let error as MismatchedContent {
            throw CacheError.damaged("\(record.title) is false: \(error.damage)")
        }
    }
}

/// The packs in which two entries have the same contents, as they say, at different places.
private struct SameContents {
    var old: Set<Int> = []
    var new: Set<Int> = []

    init(_ first: Manifest, _ second: Manifest) {
        let others = Dictionary(second.entries.map { ($0.path, $0.kind) }) { first, _ in first }
        for entry in first.entries {
            guard case .file(_, let left) = entry.kind,
                case .file(_, let right)? = others[entry.path]
            else { continue }
            for (mine, other) in zip(left, right) where mine.digest == other.digest {
                guard
                    first.packs[mine.pack] != second.packs[other.pack]
                        || mine.offset != other.offset
                else { continue }
                old.insert(mine.pack)
                new.insert(other.pack)
            }
        }
    }
}

extension EntryDifference {
    /// Compares two lists in path order.
    init(_ old: [Manifest.Entry], _ new: [Manifest.Entry]) {
        var left = old[...]
        var right = new[...]
        // A further name of a file comes behind the file.
        var rewritten: Set<PathBytes> = []
        while let first = left.first ?? right.first {
            if let old = left.first, let new = right.first, old.path == new.path {
                compare(old, new, &rewritten)
                left.removeFirst()
                right.removeFirst()
            } else if let old = left.first, right.first.map({ old.path < $0.path }) ?? true {
                changes.append(
                    Change(path: old.path.text, kind: .removed, oldSize: old.fileSize)
                )
                left.removeFirst()
            } else {
                let new = right.first ?? first
                changes.append(Change(path: new.path.text, kind: .added, newSize: new.fileSize))
                right.removeFirst()
            }
        }
    }

    private mutating func compare(
        _ old: Manifest.Entry,
        _ new: Manifest.Entry,
        _ rewritten: inout Set<PathBytes>
    ) {
        var aspects: [Change.Aspect] = []
        switch (old.kind, new.kind) {
        case (.directory, .directory): break
        case (.link(let left), .link(let right)): if left != right { aspects.append(.content) }
        case (.hardLink(let left), .hardLink(let right)):
            if left != right || rewritten.contains(left) { aspects.append(.content) }
        case (.file(let size, let left), .file(let newSize, let right)):
            if size != newSize || left.map(\.digest) != right.map(\.digest) {
                aspects.append(.content)
                rewritten.insert(new.path)
            }
        default: aspects.append(.kind)
        }
        let isLink = if case .link = new.kind { true } else { false }
        if old.mode != new.mode, !isLink { aspects.append(.mode) }
        if old.modified != new.modified { aspects.append(.time) }
        guard !aspects.isEmpty else {
            same += 1
            return
        }
        changes.append(
            Change(
                path: new.path.text,
                kind: .changed,
                aspects: aspects,
                oldSize: old.fileSize,
                newSize: new.fileSize
            )
        )
    }
}

extension Manifest.Entry {
    fileprivate var fileSize: UInt64? {
        if case .file(let size, _) = kind { size } else { nil }
    }
}
