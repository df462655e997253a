/// One page of a bucket's listing.
///
/// Source: Amazon S3 API reference, ListObjectsV2.
struct S3Listing: Sendable, Equatable {
    /// An object as a listing shows it.
    struct Object: Sendable, Equatable {
        /// The whole key, the store's prefix included.
        var key: String
        var size: UInt64
        var modified: Timestamp
        /// What is another one after a write of other bytes, without quotes.
        var tag: String?
    }

    var objects: [Object] = []
    /// What asks for the next page; `nil` on the last one.
    var continuation: String?

    /// Reads a page from an answer's body; `nil` if it is none.
    init?(_ xml: [UInt8]) {
        let page = Page()
        guard XMLReader.read(xml, page.take), page.isListing, !page.isBroken else { return nil }
        objects = page.objects
        if page.isTruncated {
            // A page that promises more and does not say how to get it would be a loop.
            guard let token = page.continuation, !token.isEmpty else { return nil }
            continuation = token
        }
    }

    private final class Page {
        var objects: [Object] = []
        var continuation: String?
        var isTruncated = false
        var isListing = false
        var isBroken = false
        private var key: String?
        private var size: UInt64?
        private var modified: Timestamp?
        private var tag: String?

        func take(_ path: [String], _ text: String) {
            switch path.dropFirst().joined(separator: "/") {
            case "Contents/Key": key = text
            case "Contents/Size": size = UInt64(text)
            case "Contents/LastModified": modified = Timestamp(extended: text)
            case "Contents/ETag": tag = text
            case "Contents": endObject()
            case "IsTruncated": isTruncated = text == "true"
            case "NextContinuationToken": continuation = text
            case "": isListing = path == ["ListBucketResult"]
            default: break
            }
        }

        private func endObject() {
            if let key, let size, let modified {
                let tag = S3Store.tag(tag)
                objects.append(Object(key: key, size: size, modified: modified, tag: tag))
            } else {
                isBroken = true
            }
            (key, size, modified, tag) = (nil, nil, nil, nil)
        }
    }
}

/// Tells a listing that goes on from one that never ends.
///
/// A dishonest server can promise another page with each page, and give each another token. Honest
/// servers differ in the order of names and in how full their pages are, but their pages bring names.
struct ListingProgress {
    /// A listing of more pages counts as endless; these hold ten million objects.
    private static let mostPages = 10_000
    /// So many pages may bring nothing.
    private static let emptyPages = 10
    /// Every other one brings so many new names, on the average.
    private static let namesOfPage = 10

    private var names: Set<String> = []
    private var tokens: Set<String> = []

    /// Notes a name; `false` if the listing has given it before.
    mutating func isNew(_ name: String) -> Bool { names.insert(name).inserted }

    /// Notes the end of a page that promises another one.
    ///
    /// - Parameter token: what asks for it.
    /// - Returns: why it is not asked for; `nil` if it is.
    mutating func obstacle(to token: String) -> String? {
        guard tokens.insert(token).inserted else { return "it gives the same page again" }
        let most = ListingProgress.emptyPages + names.count / ListingProgress.namesOfPage
        guard tokens.count <= most else { return "its pages bring no new names and never end" }
        guard tokens.count < ListingProgress.mostPages else {
            return "it has more than \(ListingProgress.mostPages) pages"
        }
        return nil
    }
}
