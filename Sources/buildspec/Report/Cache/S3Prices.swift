internal import BuildspecCache

/// The prices of requests and storage at AWS, for estimates.
///
/// Other regions, storage classes and services have other prices.
///
/// Source: Amazon S3 pricing, S3 Standard in us-east-1, as listed in 2025.
enum S3Prices {
    static let region = "us-east-1"
    /// The price in US dollars of a request that writes, copies or lists.
    static let write = 0.005 / 1_000
    /// The price in US dollars of a GET or HEAD request; a delete is free.
    static let read = 0.000_4 / 1_000
    /// The price in US dollars of storing 2^30 bytes for a month, for the first 50 TB.
    static let storedGigabyte = 0.023

    /// The price of requests in US dollars, without the transfer of bytes out of the region.
    static func cost(of requests: StoreRequests) -> Double {
        Double(requests.lists + requests.writes) * write
            + Double(requests.reads + requests.metadataReads) * read
    }

    static func monthly(_ bytes: UInt64) -> Double {
        Double(bytes) / 1_073_741_824 * storedGigabyte
    }
}
