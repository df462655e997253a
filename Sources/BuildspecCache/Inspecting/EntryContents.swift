internal import BuildspecFiles

/// Everything about one entry.
public struct EntryContents: Sendable, Equatable {
    /// One file, directory or link.
    public struct Item: Sendable, Equatable {
        /// What it is.
        public enum Kind: String, Sendable {
            /// A regular file.
            case file
            /// A directory.
            case directory
            /// A symbolic link.
            case link
            /// A further name of a file.
            case hardLink = "hard-link"
        }

        /// Its path, relative to the root or absolute; bytes that are not UTF-8 are replaced.
        public var path: String
        /// What it is.
        public var kind: Kind
        /// Its content bytes; 0 for everything but files.
        public var size: UInt64
        /// Its permission bits.
        public var mode: UInt32
        /// Seconds since 1970 of its last change.
        public var seconds: Int64
        /// Nanoseconds on top of those.
        public var nanoseconds: Int32
        /// What a link says, or the first name of the file.
        public var target: String?
    }

    /// One of the entry's packs.
    public struct Pack: Sendable, Equatable {
        /// The object's name in the store.
        public var name: String
        /// Its size in the store.
        public var stored: UInt64
        /// The size of the tar in it.
        public var size: Int
        /// Whether the store has it.
        public var isPresent: Bool
    }

    /// What a listing says of it.
    public var info: CacheEntryInfo
    /// The manifest's name in the store.
    public var manifestName: String
    /// The name of the manifest that it is changes of; `nil` if it is stored whole.
    public var baseName: String?
    /// What its key was made of, if the save knew.
    public var inputs: KeyInputs?
    /// Its packs.
    public var packs: [Pack]
    /// Its files, directories and links in path order.
    public var items: [Item]
}

extension BuildCache {
    /// Reads all that is known of an entry but its contents.
    ///
    /// - Parameter recordName: the entry, as a listing names it.
    /// - Returns: what it holds.
    /// - Throws: `CacheError` when it is damaged or gone.
    public func contents(of recordName: String) async throws -> EntryContents {
        try await onBlockingThreads {
            let reader = settings.unrestrictedReader()
            let record = try await reader.existingRecord(named: recordName)
            let manifest = try await reader.manifest(of: record)
            let info = try await settings.store.info(recordName)
            var packs: [EntryContents.Pack] = []
            for pack in manifest.packs {
                let size = try await settings.store.info(pack.name)?.size
                packs.append(
                    EntryContents.Pack(
                        name: pack.name,
                        stored: pack.storedSize,
                        size: pack.contentSize,
                        isPresent: size == pack.storedSize
                    )
                )
            }
            return EntryContents(
                info: CacheEntryInfo(
                    record,
                    info ?? ObjectInfo(name: recordName, size: 0, modified: 0),
                    policy
                ),
                manifestName: record.manifestName,
                baseName: record.baseName,
                inputs: record.inputs,
                packs: packs,
                items: manifest.entries.map(EntryContents.Item.init)
            )
        }
    }
}

extension EntryContents.Item {
    init(_ entry: Manifest.Entry) {
        path = entry.path.text
        mode = entry.mode
        seconds = entry.modified.seconds
        nanoseconds = entry.modified.nanoseconds
        size = 0
        switch entry.kind {
        case .directory: kind = .directory
        case .link(let text):
            kind = .link
            target = String(decoding: text, as: UTF8.self)
        case .hardLink(let first):
            kind = .hardLink
            target = first.text
        case .file(let bytes, _):
            kind = .file
            size = bytes
        }
    }
}
