/// A server that speaks S3 and is a big installation: its tests run when they are asked for.
///
/// `BUILDSPEC_TEST_SERVERS` names them, with commas between; the heads of the files in
/// `Tests/Services` say what to install.
package struct S3Service: Sendable, CustomStringConvertible {
    /// The file in `Tests/Services` without its suffix.
    package let name: String
    package let accessKey: String
    package let secretKey: String
    /// Whether the server keeps a conditional write's promise; one that knows no conditions answers
    /// 501, and the object is written all the same.
    package let isConditional: Bool

    /// All there are.
    package static let all = [
        S3Service("ceph-rgw", "buildspec", isConditional: true),
        S3Service("openstack-swift", "test:buildspec", isConditional: false),
    ]

    /// Those that were asked for.
    ///
    /// - Parameter variable: the value of `BUILDSPEC_TEST_SERVERS`.
    /// - Returns: the servers.
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
    /// - Parameter body: is handed the variables that configure AWS's tools for it.
    /// - Throws: when it cannot start, and what `body` throws.
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
