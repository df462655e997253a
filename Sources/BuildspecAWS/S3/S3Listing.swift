/// A page of a bucket's listing.
///
/// Source: Amazon S3 API reference, ListObjectsV2.
struct S3Listing: Sendable, Equatable {
    /// An object as a listing shows it.
    struct Object: Sendable, Equatable {
        /// The whole key, with the store's prefix.
        var key: String
        var size: UInt64
        var modified: Timestamp
        /// The entity tag without quotes, which changes with the object's bytes.
        var tag: String?
    }

    var objects: [Object] = []
    /// The token that asks for the next page; `nil` on the last page.
    var continuation: String?

    /// Parses the body of a response; `nil` if the body is not a listing.
    init?(_ xml: [UInt8]) {
        let page = Page()
        guard XMLReader.read(xml, page.add), page.isListing, !page.isMalformed else { return nil }
        objects = page.objects
        if page.isTruncated {
            // A truncated page without a token would make the listing repeat this page.
            guard let token = page.continuation, !token.isEmpty else { return nil }
            continuation = token
        }
    }

    private final class Page {
        var objects: [Object] = []
        var continuation: String?
        var isTruncated = false
        var isListing = false
        var isMalformed = false
        private var key: String?
        private var size: UInt64?
        private var modified: Timestamp?
        private var tag: String?

        func add(_ path: [String], _ text: String) {
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
                isMalformed = true
            }
            (key, size, modified, tag) = (nil, nil, nil, nil)
        }
    }
}

/// The names and tokens of a listing so far, which tell a long listing from an endless one.
///
/// A malicious server can announce another page with each page, and use another token each time.
/// Honest servers differ in the order of names and the size of pages, but their pages have new names.
struct ListingProgress {
    /// The most pages of a listing, enough for ten million objects.
    private static let maxPages = 10_000
    /// The number of pages that may have no new names.
    private static let emptyPages = 10
    /// The number of new names that each other page must have on average.
    private static let namesPerPage = 10

    private var names: Set<String> = []
    private var tokens: Set<String> = []

    /// Records a name, and returns whether it is new in the listing.
    mutating func insert(_ name: String) -> Bool { names.insert(name).inserted }

    /// Records the end of a page, and returns a reason not to ask for the next one, or `nil`.
    mutating func reasonToStop(before token: String) -> String? {
        guard tokens.insert(token).inserted else { return "the service repeats a page" }
        let allowed = ListingProgress.emptyPages + names.count / ListingProgress.namesPerPage
        guard tokens.count <= allowed else { return "the pages have no new names and do not end" }
        guard tokens.count < ListingProgress.maxPages else {
            return "the listing has more than \(ListingProgress.maxPages) pages"
        }
        return nil
    }
}
