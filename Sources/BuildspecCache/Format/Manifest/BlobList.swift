/// The pieces of a file, in order.
///
/// One piece, as most files have, takes no memory of its own: there are tens of thousands of files.
struct BlobList: Sendable, Hashable {
    private enum Storage: Sendable, Hashable {
        case none
        case one(Manifest.Blob)
        /// Two at least, so that equal pieces are equal storage.
        case many([Manifest.Blob])
    }

    private var storage = Storage.none

    init() {}

    init(_ piece: Manifest.Blob) {
        storage = .one(piece)
    }
}

extension BlobList: RandomAccessCollection, MutableCollection, RangeReplaceableCollection {
    var startIndex: Int { 0 }

    var endIndex: Int {
        switch storage {
        case .none: 0
        case .one: 1
        case .many(let pieces): pieces.count
        }
    }

    subscript(index: Int) -> Manifest.Blob {
        get {
            switch storage {
            case .one(let piece) where index == 0: piece
            case .many(let pieces): pieces[index]
            case .none, .one: preconditionFailure("there is no such piece")
            }
        }
        set {
            switch storage {
            case .one where index == 0: storage = .one(newValue)
            case .many(var pieces):
                // Else there would be two owners, and all would be copied.
                storage = .none
                pieces[index] = newValue
                storage = .many(pieces)
            case .none, .one: preconditionFailure("there is no such piece")
            }
        }
    }

    mutating func append(_ piece: Manifest.Blob) {
        switch storage {
        case .none: storage = .one(piece)
        case .one(let first): storage = .many([first, piece])
        case .many(var pieces):
            storage = .none
            pieces.append(piece)
            storage = .many(pieces)
        }
    }

    mutating func replaceSubrange(
        _ range: Range<Int>,
        with new: some Collection<Manifest.Blob>
    ) {
        var pieces = Array(self)
        pieces.replaceSubrange(range, with: new)
        switch pieces.count {
        case 0: storage = .none
        case 1: storage = .one(pieces[0])
        default: storage = .many(pieces)
        }
    }
}

extension BlobList: ExpressibleByArrayLiteral {
    init(arrayLiteral pieces: Manifest.Blob...) {
        self.init(pieces)
    }
}
