internal import Synchronization

/// A client for signed requests about one bucket.
///
/// The client learns the bucket's region from the service if the configured one is wrong, and the time
/// if this machine's clock is wrong. It fetches new credentials if the current ones have expired. If the
/// service does not answer, the client sends nothing for a minute. Then it tries once with a short
/// timeout, because a build must not wait for an unreachable cache with every object.
final class S3Client: Sendable {
    /// A request to the service.
    struct Call: Sendable {
        var method: HTTPRequest.Method
        /// The names of the key without the store's prefix; `nil` is the bucket itself.
        var key: [String]?
        var query: [HTTPRequest.QueryItem] = []
        var headers: [HTTPRequest.Header] = []
        var body: [UInt8] = []
        /// The body's SHA-256 in hexadecimal, if the caller has computed it.
        var digest: String?
        /// The largest accepted body of the response, in bytes.
        var limit = 1 << 20
        /// Whether the body of the response is hashed as it arrives.
        var hashesResponse = false
        /// The purpose as an infinitive, for errors.
        var action: String
        /// The permission that the credentials need, such as `s3:GetObject`.
        var permission: String
    }

    /// How long an exchange can stall.
    static let stallTimeout = Duration.seconds(10)
    /// How long no request is sent to a service that did not answer.
    private static let outagePause = Duration.seconds(60)
    /// How long the first request after an outage can stall.
    private static let probeTimeout = Duration.seconds(2)
    private static let concurrentRequests = 8

    let bucket: S3Bucket
    private let credentials: CredentialCache?
    private let transport: any HTTPTransport
    private let stallTimeout: Duration
    private let now: @Sendable () -> Timestamp
    private let region: Mutex<String>
    /// The seconds that are added to this machine's clock to sign; 0 until the service refuses a time.
    private let clockOffset = Mutex<Int64>(0)
    /// The seconds that the service's clock was ahead of this machine's in the last response.
    private let lastClockOffset = Mutex<Int64>(0)
    private let outage = Mutex<Outage?>(nil)
    private let limiter = ConcurrencyLimiter(limit: S3Client.concurrentRequests)

    /// The failure of a service to answer, and the end of the pause after it.
    private struct Outage {
        var error: HTTPError
        var end: ContinuousClock.Instant
    }

    /// Creates a client; without `credentials`, it sends unsigned requests.
    ///
    /// The transport retries. `stallTimeout`, in whole seconds, is how long an exchange can stall.
    init(
        _ bucket: S3Bucket,
        credentials: CredentialCache?,
        transport: any HTTPTransport,
        stallTimeout: Duration = S3Client.stallTimeout,
        now: @escaping @Sendable () -> Timestamp = Timestamp.now
    ) {
        self.bucket = bucket
        self.credentials = credentials
        self.transport = transport
        self.stallTimeout = stallTimeout
        self.now = now
        region = Mutex(bucket.region)
    }

    /// Sends a call, and again in the right region, with new credentials or with the service's
    /// time.
    ///
    /// The statuses in `accepted` are a response and not an error, as success is.
    func send(
        _ call: Call,
        accepting accepted: Set<Int> = []
    ) async throws(AWSError) -> HTTPResponse {
        try await send(accepting: accepted) { () async throws(AWSError) in call }
    }

    /// Sends a call that is made once the request can run, so that a waiting request has no body.
    func send(
        accepting accepted: Set<Int> = [],
        _ makeCall: @Sendable () async throws(AWSError) -> Call
    ) async throws(AWSError) -> HTTPResponse {
        try await limiter.run { () async throws(AWSError) in
            try await self.exchange(try await makeCall(), accepting: accepted)
        }
    }

    private func exchange(
        _ call: Call,
        accepting accepted: Set<Int>
    ) async throws(AWSError) -> HTTPResponse {
        var hasChangedRegion = false
        var hasRenewedCredentials = false
        var hasSetClock = false
        while true {
            let signer = try await credentials?.credentials()
            let region = region.withLock(\.self)
            let response = try await response(call, region, signer)
            if response.isWebPage(for: call.method) {
                throw .badResponse(call.action, "the response is a web page, not a bucket's")
            }
            if response.isSuccess { return response }
            if !hasChangedRegion, let right = self.region(in: response), right != region {
                hasChangedRegion = true
                self.region.withLock { $0 = right }
                continue
            }
            let fault = ServiceFault(response)
            if !hasRenewedCredentials, let fault, fault.isExpiry, let signer {
                hasRenewedCredentials = true
                await credentials?.forget(signer)
                continue
            }
            if !hasSetClock, let fault, fault.isClockSkew, let date = fault.date {
                hasSetClock = true
                clockOffset.withLock { $0 = date.seconds - now().seconds }
                continue
            }
            if accepted.contains(response.status), fault?.isAcceptable ?? true { return response }
            throw refusal(response, fault, call, signer)
        }
    }

    private func response(
        _ call: Call,
        _ region: String,
        _ signer: Credentials?
    ) async throws(AWSError) -> HTTPResponse {
        let last = outage.withLock(\.self)
        if let last, ContinuousClock.now < last.end { throw .network(call.action, last.error) }
        var request = request(call, region)
        if last != nil {
            request.stallTimeout = min(stallTimeout, S3Client.probeTimeout)
            request.unansweredAttempts = 1
        }
        do throws(HTTPError) {
            guard let signer else { return record(try await transport.send(request)) }
            let signature = SigV4(
                credentials: signer,
                region: region,
                service: AWSService.s3.name,
                time: serviceTime,
                pathStyle: .verbatim
            )
            let payload = call.digest.map { SigV4.Payload.digest($0) } ?? .signed
            return record(try await transport.send(signature.signed(request, payload: payload)))
        } catch {
            if error.isTransient {
                let end = ContinuousClock.now + S3Client.outagePause
                outage.withLock { $0 = Outage(error: error, end: end) }
            }
            throw .network(call.action, error)
        }
    }

    /// The seconds that the service's clock is ahead of this machine's.
    ///
    /// A difference of up to a minute counts as 0, because a response takes time.
    var clockDifference: Int64 {
        let offset = lastClockOffset.withLock(\.self)
        return abs(offset) > 60 ? offset : 0
    }

    /// Records the end of an outage and the service's time, and returns the response.
    private func record(_ response: HTTPResponse) -> HTTPResponse {
        outage.withLock { $0 = nil }
        if let date = response.header("Date").flatMap(Timestamp.init(header:)) {
            lastClockOffset.withLock { $0 = date.seconds - now().seconds }
        }
        return response
    }

    private var serviceTime: Timestamp {
        Timestamp(seconds: now().seconds + clockOffset.withLock(\.self))
    }

    private func request(_ call: Call, _ region: String) -> HTTPRequest {
        var service = bucket.endpoint
        // AWS's hosts contain the region, which is still the configured one.
        if bucket.isAWS, region != bucket.region {
            service.host = service.host.replacing(".\(bucket.region).", with: ".\(region).")
        }
        let target = bucket.target(at: service)
        let key = call.key.map { bucket.prefix + $0 }
        var request = HTTPRequest(
            call.method,
            target.endpoint,
            path: target.path + (key ?? (target.path.isEmpty ? [""] : [])),
            query: call.query,
            headers: call.headers,
            body: call.body
        )
        // A large object may take long, but it must not stall.
        request.timeout = .seconds(600)
        request.stallTimeout = stallTimeout
        request.responseLimit = call.limit
        request.hashesResponse = call.hashesResponse
        return request
    }

    private func region(in response: HTTPResponse) -> String? {
        guard [301, 307, 308, 400, 403].contains(response.status) else { return nil }
        var found = response.header("X-Amz-Bucket-Region")
        if found == nil {
            _ = XMLReader.read(response.body) { path, text in
                if path == ["Error", "Region"] { found = text }
            }
        }
        guard let found, let region = try? Region.checked(found, "the response") else { return nil }
        return region
    }

    private func refusal(
        _ response: HTTPResponse,
        _ fault: ServiceFault?,
        _ call: Call,
        _ signer: Credentials?
    ) -> AWSError {
        // The response to a HEAD has no body, so its refusal has no error type.
        let fault =
            fault ?? (response.status == 403 ? ServiceFault(denied: response) : nil)
        guard let fault else { return .unexplained(response, call.action) }
        let attempt = Attempt(
            action: call.action,
            permission: "\(call.permission) on '\(bucket.address)'",
            whenMissing: "check the bucket's name and the endpoint",
            credentials: signer,
            region: region.withLock(\.self),
            time: now()
        )
        return .refused(fault, attempt)
    }
}

extension HTTPResponse {
    /// Whether something other than a bucket has answered: a proxy, a portal, a web server.
    ///
    /// Some buckets send the type `text/html` with an empty response to a write or a delete.
    fileprivate func isWebPage(for method: HTTPRequest.Method) -> Bool {
        isSuccess && header("Content-Type")?.lowercased().hasPrefix("text/html") == true
            && header("X-Amz-Request-Id") == nil && header("X-Amz-Id-2") == nil
            && !(body.isEmpty && (method == .put || method == .delete))
    }
}
