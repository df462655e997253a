/// The result codes of libcurl that decide which error a failed transfer becomes.
///
/// Source: libcurl's `curl.h`, `CURLcode`. The numbers belong to libcurl's ABI and never change.
enum CurlCode: CInt {
    case couldNotResolveProxy = 5  // CURLE_COULDNT_RESOLVE_PROXY
    case couldNotResolveHost = 6  // CURLE_COULDNT_RESOLVE_HOST
    case couldNotConnect = 7  // CURLE_COULDNT_CONNECT
    case http2 = 16  // CURLE_HTTP2
    case partialFile = 18  // CURLE_PARTIAL_FILE
    case operationTimedOut = 28  // CURLE_OPERATION_TIMEDOUT
    case tlsConnectError = 35  // CURLE_SSL_CONNECT_ERROR
    case gotNothing = 52  // CURLE_GOT_NOTHING
    case tlsEngineNotFound = 53  // CURLE_SSL_ENGINE_NOTFOUND
    case tlsEngineSetFailed = 54  // CURLE_SSL_ENGINE_SETFAILED
    case sendError = 55  // CURLE_SEND_ERROR
    case receiveError = 56  // CURLE_RECV_ERROR
    case tlsCertificateProblem = 58  // CURLE_SSL_CERTPROBLEM
    case tlsCipher = 59  // CURLE_SSL_CIPHER
    case peerFailedVerification = 60  // CURLE_PEER_FAILED_VERIFICATION
    case tlsEngineInitFailed = 66  // CURLE_SSL_ENGINE_INITFAILED
    case caBundleUnreadable = 77  // CURLE_SSL_CACERT_BADFILE
    case tlsIssuerError = 83  // CURLE_SSL_ISSUER_ERROR
    case pinnedKeyMismatch = 90  // CURLE_SSL_PINNEDPUBKEYNOTMATCH
    case invalidCertificateStatus = 91  // CURLE_SSL_INVALIDCERTSTATUS
    case http2Stream = 92  // CURLE_HTTP2_STREAM

    /// The error that the code means to callers of a transport.
    var errorCode: HTTPError.Code {
        switch self {
        case .couldNotResolveProxy, .couldNotResolveHost: .unknownHost
        case .couldNotConnect: .cannotConnect
        case .operationTimedOut: .timedOut
        // libcurl reports a broken connection like a failed negotiation; the former may pass.
        case .tlsConnectError: .handshake
        case .http2, .partialFile, .gotNothing, .sendError, .receiveError, .http2Stream:
            .connectionLost
        case .tlsEngineNotFound, .tlsEngineSetFailed, .tlsCertificateProblem, .tlsCipher,
            .peerFailedVerification, .tlsEngineInitFailed, .caBundleUnreadable, .tlsIssuerError,
            .pinnedKeyMismatch, .invalidCertificateStatus:
            .insecure
        }
    }
}
