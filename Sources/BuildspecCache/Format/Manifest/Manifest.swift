internal import BuildspecFiles

/// The contents of a cache entry: files in path order, and the positions of their blobs.
struct Manifest: Sendable, Equatable {
    /// A pack; blobs refer to it by its index.
    struct Pack: Sendable, Hashable {
        /// The digest of the pack's stored bytes.
        var digest: ContentDigest
        var codec: Codec
        /// The stored size in bytes.
        var storedSize: UInt64
        /// The size of the tar in bytes.
        var contentSize: Int

        var name: String { StoreLayout.pack(digest, codec) }
    }

    /// A run of content bytes, and its position in a pack.
    struct Blob: Sendable, Hashable {
        var digest: ContentDigest
        /// The index of the pack.
        var pack: Int {
            get { Int(numbers.pack) }
            set { numbers.pack = UInt32(newValue) }
        }
        /// The offset of the first byte in the pack's tar.
        var offset: Int { Int(numbers.offset) }
        var size: Int { Int(numbers.size) }

        /// Small numbers, because there are tens of thousands of blobs; readers limit the values.
        private var numbers: Numbers

        private struct Numbers: Hashable {
            var pack: UInt32
            var offset: UInt32
            var size: UInt32
        }

        init(digest: ContentDigest, pack: Int, offset: Int, size: Int) {
            self.digest = digest
            numbers = Numbers(pack: UInt32(pack), offset: UInt32(offset), size: UInt32(size))
        }
    }

    /// The kind of an entry.
    enum Kind: Sendable, Hashable {
        case directory
        case link(target: [UInt8])
        /// A regular file with its blobs in order; an empty file has no blobs.
        case file(size: UInt64, blobs: BlobList)
        /// Another name of a regular file that comes earlier in the manifest.
        case hardLink(to: PathBytes)

        var isDirectory: Bool { if case .directory = self { true } else { false } }
    }

    /// A file, link or directory.
    struct Entry: Sendable, Hashable {
        /// The path, relative to the root or absolute.
        var path: PathBytes
        /// Permission bits.
        var mode: UInt32
        var modified: FileTime
        var kind: Kind
    }

    var packs: [Pack] = []
    var entries: [Entry] = []

    /// The number of regular files, hard links included.
    var fileCount: Int {
        entries.count { entry in
            switch entry.kind {
            case .file, .hardLink: true
            case .directory, .link: false
            }
        }
    }

    /// The content bytes of all files, those of hard links counted once.
    var contentBytes: UInt64 {
        entries.reduce(0) { sum, entry in
            if case .file(let size, _) = entry.kind { sum + size } else { sum }
        }
    }
}
