internal import BuildspecCache

/// What requests and storage cost at AWS, for estimates.
///
/// Source: Amazon S3 pricing, S3 Standard in us-east-1, as listed in 2025. Other regions and storage
/// classes have other prices, and other servers have their own or none.
enum S3Prices {
    /// Where these prices are asked.
    static let region = "us-east-1"
    /// US dollars for a request that writes, copies or lists.
    static let write = 0.005 / 1_000
    /// US dollars for a request that reads or looks; one that removes is free.
    static let read = 0.000_4 / 1_000
    /// US dollars for a gigabyte of 2^30 bytes that is stored for a month, of the first 50 TB.
    static let storedGigabyte = 0.023

    /// What requests cost in US dollars; that bytes leave the region comes on top.
    static func cost(of requests: StoreRequests) -> Double {
        Double(requests.lists + requests.writes) * write
            + Double(requests.reads + requests.metadataReads) * read
    }

    /// What it costs in US dollars to store bytes for a month.
    static func monthly(_ bytes: UInt64) -> Double {
        Double(bytes) / 1_073_741_824 * storedGigabyte
    }
}
