/// A large server with an S3 interface, whose tests run on request.
///
/// `BUILDSPEC_TEST_SERVERS` names the servers, with commas between them. The comments of the files in
/// `Tests/Services` say what to install.
package struct S3Service: Sendable, CustomStringConvertible {
    /// The file in `Tests/Services` without its suffix.
    package let name: String
    package let accessKey: String
    package let secretKey: String
    /// Whether the server supports conditional writes; one without them answers 501, and buildspec
    /// writes the object without a condition.
    package let isConditional: Bool

    /// All servers.
    package static let all = [
        S3Service("ceph-rgw", "buildspec", isConditional: true),
        S3Service("openstack-swift", "test:buildspec", isConditional: false),
    ]

    /// Finds servers by name.
    ///
    /// - Parameter variable: The value of `BUILDSPEC_TEST_SERVERS`.
    /// - Returns: The named servers.
    package static func wanted(_ variable: String?) -> [S3Service] {
        let names = variable?.split(separator: ",").map(String.init) ?? []
        return all.filter { names.contains($0.name) }
    }

    private init(_ name: String, _ accessKey: String, isConditional: Bool) {
        self.name = name
        self.accessKey = accessKey
        secretKey = "buildspec-secret"
        self.isConditional = isConditional
    }

    package var description: String { name }

    /// Starts the server, and stops it when `body` returns.
    ///
    /// - Parameter body: The closure that gets the variables for AWS's tools.
    /// - Throws: An error if the server does not start, or the error of `body`.
    package func run(_ body: ([String: String]) async throws -> Void) async throws {
        try await PythonServer.run(service: name + ".py") { port throws in
            try await body([
                "AWS_ENDPOINT_URL_S3": "http://127.0.0.1:\(port)",
                "AWS_EC2_METADATA_DISABLED": "true",
                "AWS_ACCESS_KEY_ID": accessKey,
                "AWS_SECRET_ACCESS_KEY": secretKey,
                "AWS_REGION": "us-east-1",
            ])
        }
    }
}
