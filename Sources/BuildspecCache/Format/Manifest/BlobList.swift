/// The blobs of a file, in order.
///
/// A list of one blob, as most files have, needs no array: there are tens of thousands of files.
struct BlobList: Sendable, Hashable {
    private enum Storage: Sendable, Hashable {
        case none
        case one(Manifest.Blob)
        /// At least two blobs, so that equal lists have equal storage.
        case many([Manifest.Blob])
    }

    private var storage = Storage.none

    init() {}

    init(_ blob: Manifest.Blob) { storage = .one(blob) }
}

extension BlobList: RandomAccessCollection, MutableCollection, RangeReplaceableCollection {
    var startIndex: Int { 0 }

    var endIndex: Int {
        switch storage {
        case .none: 0
        case .one: 1
        case .many(let blobs): blobs.count
        }
    }

    subscript(index: Int) -> Manifest.Blob {
        get {
            switch storage {
            case .one(let blob) where index == 0: blob
            case .many(let blobs): blobs[index]
            case .none, .one: preconditionFailure("the index is out of range")
            }
        }
        set {
            switch storage {
            case .one where index == 0: storage = .one(newValue)
            case .many(var blobs):
                // With two owners the array would be copied.
                storage = .none
                blobs[index] = newValue
                storage = .many(blobs)
            case .none, .one: preconditionFailure("the index is out of range")
            }
        }
    }

    mutating func append(_ blob: Manifest.Blob) {
        switch storage {
        case .none: storage = .one(blob)
        case .one(let first): storage = .many([first, blob])
        case .many(var blobs):
            storage = .none
            blobs.append(blob)
            storage = .many(blobs)
        }
    }

    mutating func replaceSubrange(_ range: Range<Int>, with new: some Collection<Manifest.Blob>) {
        var blobs = Array(self)
        blobs.replaceSubrange(range, with: new)
        switch blobs.count {
        case 0: storage = .none
        case 1: storage = .one(blobs[0])
        default: storage = .many(blobs)
        }
    }
}

extension BlobList: ExpressibleByArrayLiteral {
    init(arrayLiteral blobs: Manifest.Blob...) { self.init(blobs) }
}
