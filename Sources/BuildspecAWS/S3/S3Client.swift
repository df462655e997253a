internal import Synchronization

/// Sends signed requests about one bucket.
///
/// It learns the bucket's region from the service when the one it was told is wrong, and the time when
/// this machine's clock is; it takes new credentials when the ones at hand have expired. Once nobody
/// answers, it does not ask again for a minute, and then knocks only once and shortly: a build must not
/// wait for a dead cache with every object.
final class S3Client: Sendable {
    /// What is asked of the service.
    struct Call: Sendable {
        var method: HTTPRequest.Method
        /// The names of the key, the store's prefix not in them; `nil` is the bucket itself.
        var key: [String]?
        var query: [HTTPRequest.QueryItem] = []
        var headers: [HTTPRequest.Header] = []
        var body: [UInt8] = []
        /// The body's SHA-256 in hexadecimal, where the caller has it already.
        var digest: String?
        /// The largest answer that is taken, in bytes.
        var limit = 1 << 20
        /// Whether the answer's digest is wanted.
        var hashesAnswer = false
        /// What it is for, as an infinitive, for errors.
        var action: String
        /// What the credentials must be allowed to do, such as `s3:GetObject`.
        var permission: String
    }

    /// How long an exchange may stand still.
    static let stall = Duration.seconds(10)
    /// How long a service that does not answer is left alone.
    private static let rest = Duration.seconds(60)
    /// How long it is waited for after that.
    private static let probe = Duration.seconds(2)
    /// No more requests are under way at once, whoever asks.
    private static let width = 8

    let bucket: S3Bucket
    private let credentials: CredentialCache?
    private let transport: any HTTPTransport
    private let stall: Duration
    private let now: @Sendable () -> Timestamp
    private let region: Mutex<String>
    /// How many seconds the service's clock is ahead of ours, as far as it matters.
    private let clockOffset = Mutex<Int64>(0)
    /// The same, by the last answer.
    private let seenOffset = Mutex<Int64>(0)
    private let outage = Mutex<Outage?>(nil)
    private let gate = ConcurrencyLimiter(width: S3Client.width)

    /// A service that did not answer.
    private struct Outage {
        var error: HTTPError
        var end: ContinuousClock.Instant
    }

    /// Makes a client.
    ///
    /// - Parameters:
    ///   - bucket: the bucket.
    ///   - credentials: who signs; `nil` sends unsigned requests.
    ///   - transport: what sends, retries included.
    ///   - stall: how long an exchange may stand still, in whole seconds.
    ///   - now: the wall clock.
    init(
        _ bucket: S3Bucket,
        credentials: CredentialCache?,
        transport: any HTTPTransport,
        stall: Duration = S3Client.stall,
        now: @escaping @Sendable () -> Timestamp = Timestamp.now
    ) {
        self.bucket = bucket
        self.credentials = credentials
        self.transport = transport
        self.stall = stall
        self.now = now
        region = Mutex(bucket.region)
    }

    /// Sends a call, again in the right region or with new credentials if need be.
    ///
    /// - Parameters:
    ///   - call: the call.
    ///   - accepted: statuses that are answers, besides success.
    /// - Returns: the answer.
    /// - Throws: when there is no answer, and when the service refuses.
    func send(
        _ call: Call,
        accepting accepted: Set<Int> = []
    ) async throws(AWSError) -> HTTPResponse {
        try await gate.pass { () async throws(AWSError) in
            try await self.exchange(call, accepting: accepted)
        }
    }

    private func exchange(
        _ call: Call,
        accepting accepted: Set<Int>
    ) async throws(AWSError) -> HTTPResponse {
        var hasMoved = false
        var hasRenewed = false
        var hasSetClock = false
        while true {
            let signer = try await credentials?.credentials()
            let region = region.withLock(\.self)
            let response = try await answer(call, region, signer)
            if response.isWebPage(for: call.method) {
                throw .badResponse(
                    call.action,
                    "the answer is a web page and not a bucket's"
                )
            }
            if response.isSuccess { return response }
            if !hasMoved, let right = self.region(in: response), right != region {
                hasMoved = true
                self.region.withLock { $0 = right }
                continue
            }
            let fault = ServiceFault(response)
            if !hasRenewed, let fault, fault.isExpiry, let signer {
                hasRenewed = true
                await credentials?.forget(signer)
                continue
            }
            if !hasSetClock, let fault, fault.isClockSkew, let date = fault.date {
                hasSetClock = true
                clockOffset.withLock { $0 = date.seconds - now().seconds }
                continue
            }
            if accepted.contains(response.status), fault?.isAnswer ?? true { return response }
            throw refusal(response, fault, call, signer)
        }
    }

    private func answer(
        _ call: Call,
        _ region: String,
        _ signer: Credentials?
    ) async throws(AWSError) -> HTTPResponse {
        let last = outage.withLock(\.self)
        if let last, ContinuousClock.now < last.end { throw .network(call.action, last.error) }
        var request = request(call, region)
        if last != nil {
            request.stallTimeout = min(stall, S3Client.probe)
            request.mostKnocks = 1
        }
        do throws(HTTPError) {
            guard let signer else { return noting(try await transport.send(request)) }
            let signature = SigV4(
                credentials: signer,
                region: region,
                service: AWSService.s3.signingName,
                time: serviceTime,
                pathStyle: .verbatim
            )
            let payload = call.digest.map { SigV4.Payload.digest($0) } ?? .signed
            return noting(
                try await transport.send(signature.signed(request, payload: payload))
            )
        } catch {
            if error.isTransient {
                let end = ContinuousClock.now + S3Client.rest
                outage.withLock { $0 = Outage(error: error, end: end) }
            }
            throw .network(call.action, error)
        }
    }

    /// How many seconds the service's clock is ahead of this machine's; 0 within a minute, as an answer
    /// takes its time.
    var clockDifference: Int64 {
        let offset = seenOffset.withLock(\.self)
        return abs(offset) > 60 ? offset : 0
    }

    private func noting(_ response: HTTPResponse) -> HTTPResponse {
        outage.withLock { $0 = nil }
        if let date = response.header("Date").flatMap(Timestamp.init(header:)) {
            seenOffset.withLock { $0 = date.seconds - now().seconds }
        }
        return response
    }

    private var serviceTime: Timestamp {
        Timestamp(seconds: now().seconds + clockOffset.withLock(\.self))
    }

    private func request(_ call: Call, _ region: String) -> HTTPRequest {
        var service = bucket.endpoint
        // The hosts of AWS carry the region that the bucket was thought to be in.
        if bucket.isAWS, region != bucket.region {
            service.host = service.host.replacing(".\(bucket.region).", with: ".\(region).")
        }
        let place = bucket.place(region, service)
        let key = call.key.map { bucket.prefix + $0 }
        var request = HTTPRequest(
            call.method,
            place.endpoint,
            path: place.path + (key ?? (place.path.isEmpty ? [""] : [])),
            query: call.query,
            headers: call.headers,
            body: call.body
        )
        // A large object may take long, but it must not stand still.
        request.timeout = .seconds(600)
        request.stallTimeout = stall
        request.responseLimit = call.limit
        request.hashesResponse = call.hashesAnswer
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
        guard let found, let region = try? Region.checked(found, "the answer") else { return nil }
        return region
    }

    private func refusal(
        _ response: HTTPResponse,
        _ fault: ServiceFault?,
        _ call: Call,
        _ signer: Credentials?
    ) -> AWSError {
        // A HEAD has no body, so its refusals have no name.
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
    /// Whether something else than a bucket has answered: a proxy, a portal, a web server.
    ///
    /// Some buckets call an answer without text a page too, when nothing was asked for.
    fileprivate func isWebPage(for method: HTTPRequest.Method) -> Bool {
        isSuccess && header("Content-Type")?.lowercased().hasPrefix("text/html") == true
            && header("X-Amz-Request-Id") == nil && header("X-Amz-Id-2") == nil
            && !(body.isEmpty && (method == .put || method == .delete))
    }
}
