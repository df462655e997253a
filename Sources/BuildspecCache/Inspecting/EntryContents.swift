internal import BuildspecFiles

/// The complete description of an entry.
public struct EntryContents: Sendable, Equatable {
    /// A file, directory or link.
    public struct Item: Sendable, Equatable {
        /// The kind of an item.
        public enum Kind: String, Sendable {
            /// A regular file.
            case file
            /// A directory.
            case directory
            /// A symbolic link.
            case link
            /// Another name of a file.
            case hardLink = "hard-link"
        }

        /// The path, relative to the root or absolute; bytes that are not UTF-8 are replaced.
        public var path: String
        /// The kind of item.
        public var kind: Kind
        /// The content bytes; 0 for everything but files.
        public var size: UInt64
        /// The permission bits.
        public var mode: UInt32
        /// The modification time, in seconds since 1970.
        public var seconds: Int64
        /// The nanoseconds of the modification time.
        public var nanoseconds: Int32
        /// The target of a link, or the first name of the file for a hard link.
        public var target: String?
    }

    /// A pack of the entry.
    public struct Pack: Sendable, Equatable {
        /// The object's name in the store.
        public var name: String
        /// The size in the store.
        public var stored: UInt64
        /// The size of the tar in the pack.
        public var size: Int
        /// Whether the store has the pack.
        public var isPresent: Bool
    }

    /// The entry as a listing shows it.
    public var info: CacheEntryInfo
    /// The manifest's name in the store.
    public var manifestName: String
    /// The name of the manifest's base; `nil` if the manifest is not a delta.
    public var baseName: String?
    /// The inputs of the key, if the save knew them.
    public var inputs: KeyInputs?
    /// The packs of the entry.
    public var packs: [Pack]
    /// The files, directories and links in path order.
    public var items: [Item]
}

extension BuildCache {
    /// Reads the complete description of an entry, which is given by the name of its record.
    ///
    /// - Throws: `CacheError` when the entry is damaged or does not exist.
    public func contents(of recordName: String) async throws -> EntryContents {
        try await onBlockingThreads {
            let reader = settings.unrestrictedReader()
            let record = try await reader.existingRecord(named: recordName)
            let manifest = try await reader.manifest(of: record)
            let object = try await settings.store.info(recordName)
            let info = object ?? ObjectInfo(name: recordName, size: 0, modified: 0)
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
                info: CacheEntryInfo(record, info, policy),
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
