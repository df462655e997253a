internal import BuildspecFiles
public import SystemPackage

/// The differences between two entries, or between an entry and a tree.
public struct EntryDifference: Sendable, Equatable {
    /// A path that differs.
    public struct Change: Sendable, Equatable {
        /// The kind of change.
        public enum Kind: String, Sendable {
            /// Only the second side has the path.
            case added
            /// Only the first side has the path.
            case removed
            /// Both sides have the path, with differences.
            case changed
        }

        /// A property in which the two sides of a path differ.
        public enum Aspect: String, Sendable {
            /// The kind: for example a file on one side, a directory or link on the other.
            case kind
            /// The bytes of a file, or the target of a link.
            case content
            /// The permission bits.
            case mode
            /// The modification time.
            case time
        }

        /// The path.
        public var path: String
        /// The kind of change.
        public var kind: Kind
        /// The properties that differ, for a changed path.
        public var aspects: [Aspect] = []
        /// The size on the first side.
        public var oldSize: UInt64?
        /// The size on the second side.
        public var newSize: UInt64?

        /// Whether only the time differs.
        public var isTimeOnly: Bool { aspects == [.time] }
    }

    /// The changes in path order.
    public var changes: [Change] = []
    /// The number of paths that are equal.
    public var same = 0
}

extension BuildCache {
    /// Compares the contents of two entries, which are given by the names of their records.
    ///
    /// Only packs in which the entries name equal contents at different positions are read, and
    /// none whose manifest this machine has already verified.
    ///
    /// - Throws: `CacheError` when an entry is damaged or does not exist, or its packs do not match
    ///   its manifest.
    public func difference(from first: String, to second: String) async throws -> EntryDifference {
        try await onBlockingThreads {
            let reader = settings.unrestrictedReader()
            let oldRecord = try await reader.existingRecord(named: first)
            let newRecord = try await reader.existingRecord(named: second)
            let old = try await reader.manifest(of: oldRecord)
            let new = try await reader.manifest(of: newRecord)
            let packs = SameContents(old, new)
            try await verifyContents(oldRecord, old, packs: packs.old, reader)
            try await verifyContents(newRecord, new, packs: packs.new, reader)
            return EntryDifference(old.entries, new.entries)
        }
    }

    /// Compares an entry, given by the name of its record, with the tree in which relative paths
    /// start from `root`.
    ///
    /// Files of the same size are read and compared. The entry's contents are verified, unless this
    /// machine has already done so. Files of the checkout, which a restore keeps, are left out.
    ///
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
            try await verifyContents(record, manifest, packs: nil, reader)
            let set = PathSet(KeyRecord.declarable(record.paths), root: root)
            let walk = try await CacheTree(set, checkout, roots, settings)
            var tree = ComparedTree(manifest, roots)
            var cursor = CheckoutCursor(walk.rules)
            let entries = manifest.entries.filter { cursor.owner(of: $0.path) == .cache }
            let present = try tree.entries(of: walk.entries)
            try Task.checkCancellation()
            return EntryDifference(entries, present)
        }
    }

    /// Throws if an entry's packs do not match its manifest: a comparison would be meaningless.
    private func verifyContents(
        _ record: KeyRecord,
        _ manifest: Manifest,
        packs: Set<Int>?,
        _ reader: EntryReader
    ) async throws {
        do {
            try await settings.verify(record, manifest, packs: packs, reader)
        } catch let error as MismatchedContent {
            throw CacheError.damaged("the manifest of \(record.title) is wrong: \(error.damage)")
        }
    }
}

/// The packs in which two entries name equal contents at different positions.
private struct SameContents {
    var old: Set<Int> = []
    var new: Set<Int> = []

    init(_ first: Manifest, _ second: Manifest) {
        let others = Dictionary(second.entries.map { ($0.path, $0.kind) }) { first, _ in first }
        for entry in first.entries {
            guard case .file(_, let left) = entry.kind,
                case .file(_, let right)? = others[entry.path]
            else { continue }
            for (blob, other) in zip(left, right) where blob.digest == other.digest {
                let isSamePack = first.packs[blob.pack] == second.packs[other.pack]
                if isSamePack, blob.offset == other.offset { continue }
                old.insert(blob.pack)
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
        // A hard link comes after its file, whose change is known when the link is compared.
        var rewritten: Set<PathBytes> = []
        while let first = left.first ?? right.first {
            if let old = left.first, let new = right.first, old.path == new.path {
                compare(old, new, &rewritten)
                left.removeFirst()
                right.removeFirst()
            } else if let old = left.first, right.first.map({ old.path < $0.path }) ?? true {
                changes.append(Change(path: old.path.text, kind: .removed, oldSize: old.fileSize))
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
        var change = Change(path: new.path.text, kind: .changed, aspects: aspects)
        (change.oldSize, change.newSize) = (old.fileSize, new.fileSize)
        changes.append(change)
    }
}

extension Manifest.Entry {
    fileprivate var fileSize: UInt64? { if case .file(let size, _) = kind { size } else { nil } }
}
