internal import CCurl

/// A handle of libcurl, which runs one transfer at a time and keeps its connections open.
///
/// Source: libcurl's `curl.h`, `CURLoption`. The numbers belong to libcurl's ABI and never change.
struct CurlHandle: Sendable {
    /// Options whose value is a long.
    enum Number: CInt {
        case lowSpeedLimit = 19  // CURLOPT_LOW_SPEED_LIMIT
        case lowSpeedTime = 20  // CURLOPT_LOW_SPEED_TIME
        case noProgress = 43  // CURLOPT_NOPROGRESS
        case noBody = 44  // CURLOPT_NOBODY
        case post = 47  // CURLOPT_POST
        case httpGet = 80  // CURLOPT_HTTPGET
        case httpVersion = 84  // CURLOPT_HTTP_VERSION
        case bufferSize = 98  // CURLOPT_BUFFERSIZE
        case noSignal = 99  // CURLOPT_NOSIGNAL
        case timeoutMilliseconds = 155  // CURLOPT_TIMEOUT_MS
        case connectTimeoutMilliseconds = 156  // CURLOPT_CONNECTTIMEOUT_MS
        case protocols = 181  // CURLOPT_PROTOCOLS
        case tcpKeepAlive = 213  // CURLOPT_TCP_KEEPALIVE
        case pathAsIs = 234  // CURLOPT_PATH_AS_IS
        case uploadBufferSize = 280  // CURLOPT_UPLOAD_BUFFERSIZE
    }

    /// Options whose value is a text, which libcurl copies.
    enum Text: CInt {
        case url = 10002  // CURLOPT_URL
        case customRequest = 10036  // CURLOPT_CUSTOMREQUEST
        case caInfo = 10065  // CURLOPT_CAINFO
        case noProxy = 10177  // CURLOPT_NOPROXY
    }

    /// Options whose value is a pointer or a list, which libcurl does not copy.
    private enum Pointer: CInt {
        case writeData = 10001  // CURLOPT_WRITEDATA
        case postFields = 10015  // CURLOPT_POSTFIELDS
        case httpHeader = 10023  // CURLOPT_HTTPHEADER
        case headerData = 10029  // CURLOPT_HEADERDATA
        case transferInfoData = 10057  // CURLOPT_XFERINFODATA
    }

    /// Options whose value is a function.
    private enum Callback: CInt {
        case writeFunction = 20011  // CURLOPT_WRITEFUNCTION
        case headerFunction = 20079  // CURLOPT_HEADERFUNCTION
        case transferInfoFunction = 20219  // CURLOPT_XFERINFOFUNCTION
    }

    /// The option for the size of a request's body, which is a `curl_off_t`.
    private static let postFieldSizeLarge: CInt = 30120  // CURLOPT_POSTFIELDSIZE_LARGE

    /// The functions of libcurl, or `nil` if libcurl is not on this machine.
    private static let library: curl_functions? = {
        let functions = curl_functions_load()
        return functions.easy_init == 0 ? nil : functions
    }()

    private let functions: curl_functions
    private let number: UInt

    /// Opens a handle; `nil` without libcurl or memory.
    init?() {
        guard let functions = CurlHandle.library else { return nil }
        self.functions = functions
        number = unsafe withUnsafePointer(to: functions) { unsafe curl_open($0) }
        if number == 0 { return nil }
    }

    func close() {
        unsafe withUnsafePointer(to: functions) { unsafe curl_close($0, number) }
    }

    /// Clears all options and keeps the connections open.
    func reset() {
        unsafe withUnsafePointer(to: functions) { unsafe curl_reset($0, number) }
    }

    func set(_ option: Number, _ value: Int) {
        _ = unsafe withUnsafePointer(to: functions) {
            unsafe curl_set_long($0, number, option.rawValue, value)
        }
    }

    func set(_ option: Text, _ value: String) {
        _ = unsafe withUnsafePointer(to: functions) {
            unsafe curl_set_text($0, number, option.rawValue, value)
        }
    }

    /// Runs the transfer that the options describe, and returns libcurl's code; 0 is success.
    func perform(_ headers: [String], body: [UInt8]?, _ exchange: CurlExchange) -> CInt {
        unsafe withUnsafePointer(to: functions) { functions in
            var list: UInt = 0
            for header in headers { list = unsafe curl_list_append(functions, list, header) }
            defer { unsafe curl_list_free(functions, list) }
            _ = unsafe curl_set_list(functions, number, Pointer.httpHeader.rawValue, list)
            unsafe connect(functions, exchange)
            return withExtendedLifetime(exchange) {
                guard let body else { return unsafe curl_perform(functions, number) }
                return unsafe body.withUnsafeBytes { bytes in
                    let size = Int64(bytes.count)
                    _ = unsafe curl_set_size(functions, number, Self.postFieldSizeLarge, size)
                    // An empty array has no address, and without one libcurl asks for a body.
                    let address = unsafe bytes.baseAddress ?? UnsafeRawPointer(functions)
                    let option = Pointer.postFields.rawValue
                    _ = unsafe curl_set_pointer(functions, number, option, address)
                    return unsafe curl_perform(functions, number)
                }
            }
        }
    }

    /// The text that libcurl has for one of its result codes.
    func description(of code: CInt) -> String {
        unsafe withUnsafePointer(to: functions) {
            guard let text = unsafe curl_text_of_error($0, code) else { return "error \(code)" }
            return unsafe String(cString: text)
        }
    }

    var status: Int {
        unsafe withUnsafePointer(to: functions) { unsafe curl_status($0, number) }
    }

    /// Makes libcurl's callbacks pass the response to `exchange`.
    private func connect(_ functions: UnsafePointer<curl_functions>, _ exchange: CurlExchange) {
        let context = unsafe Unmanaged.passUnretained(exchange).toOpaque()
        for option in [Pointer.writeData, .headerData, .transferInfoData] {
            _ = unsafe curl_set_pointer(functions, number, option.rawValue, context)
        }
        let write = Callback.writeFunction.rawValue
        _ = unsafe curl_set_data_callback(functions, number, write) { data, size, count, context in
            let exchange = unsafe CurlExchange.from(context)
            let bytes = unsafe UnsafeRawBufferPointer(start: data, count: size * count)
            return unsafe exchange?.appendBody(bytes) == true ? size * count : 0
        }
        let header = Callback.headerFunction.rawValue
        _ = unsafe curl_set_data_callback(functions, number, header) { data, size, count, context in
            let exchange = unsafe CurlExchange.from(context)
            let bytes = unsafe UnsafeRawBufferPointer(start: data, count: size * count)
            return unsafe exchange?.appendHeader(bytes) == true ? size * count : 0
        }
        let info = Callback.transferInfoFunction.rawValue
        _ = unsafe curl_set_progress_callback(functions, number, info) { context, _, _, _, _ in
            unsafe CurlExchange.from(context)?.isCancelled == false ? 0 : 1
        }
    }
}
