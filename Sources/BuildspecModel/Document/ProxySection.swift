/// The `proxy` section: the traffic that goes through an explicit proxy server.
public struct ProxySection: Sendable, Equatable {
    /// Whether artifacts are uploaded through the proxy.
    public var uploadArtifacts: Bool
    /// Whether logs are sent through the proxy.
    public var logs: Bool

    /// Creates a `proxy` section.
    public init(uploadArtifacts: Bool = false, logs: Bool = false) {
        self.uploadArtifacts = uploadArtifacts
        self.logs = logs
    }
}
