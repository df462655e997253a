internal import CCurl

/// One handle of libcurl: a transfer at a time, and the connections that it leaves open.
///
/// The numbers are those of libcurl's ABI, which never changes them.
struct CurlHandle: Sendable {
    /// Options whose value is a long.
    enum Number: CInt {
        case lowSpeedLimit = 19
        case lowSpeedTime = 20
        case noProgress = 43
        case noBody = 44
        case post = 47
        case httpGet = 80
        case httpVersion = 84
        case bufferSize = 98
        case noSignal = 99
        case timeoutMilliseconds = 155
        case connectTimeoutMilliseconds = 156
        case protocols = 181
        case tcpKeepAlive = 213
        case pathAsIs = 234
        case uploadBufferSize = 280
    }

    /// Options whose value is a text, which libcurl copies.
    enum Text: CInt {
        case url = 10002
        case customRequest = 10036
        case caInfo = 10065
        case noProxy = 10177
    }

    /// libcurl, or `nil` if it is not on this machine.
    private static let library: curl_functions? = {
        let functions = curl_functions_load()
        return functions.easy_init == 0 ? nil : functions
    }()

    private let functions: curl_functions
    private let number: UInt

    /// Opens a handle; `nil` if there is no libcurl, or no memory.
    init?() {
        guard let functions = CurlHandle.library else { return nil }
        self.functions = functions
        number = unsafe withUnsafePointer(to: functions) { unsafe curl_open($0) }
        if number == 0 { return nil }
    }

    func close() {
        unsafe withUnsafePointer(to: functions) { unsafe curl_close($0, number) }
    }

    /// Forgets all options; connections stay open.
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

    /// Runs the transfer that the options describe; waits until it is over.
    ///
    /// - Parameters:
    ///   - headers: lines in libcurl's own form.
    ///   - body: what is sent; `nil` if there is none.
    ///   - exchange: what takes the answer.
    /// - Returns: libcurl's code, 0 if all went well.
    func perform(_ headers: [String], body: [UInt8]?, _ exchange: CurlExchange) -> CInt {
        unsafe withUnsafePointer(to: functions) { functions in
            var list: UInt = 0
            for header in headers { list = unsafe curl_list_append(functions, list, header) }
            defer { unsafe curl_list_free(functions, list) }
            _ = unsafe curl_set_list(functions, number, 10023, list)
            unsafe connect(functions, exchange)
            return withExtendedLifetime(exchange) {
                guard let body else { return unsafe curl_perform(functions, number) }
                return unsafe body.withUnsafeBytes { bytes in
                    _ = unsafe curl_set_size(functions, number, 30120, Int64(bytes.count))
                    // An empty array has no address, and without one libcurl would ask for a body.
                    let address = unsafe bytes.baseAddress ?? UnsafeRawPointer(functions)
                    _ = unsafe curl_set_pointer(functions, number, 10015, address)
                    return unsafe curl_perform(functions, number)
                }
            }
        }
    }

    /// What libcurl says of one of its codes.
    func description(of code: CInt) -> String {
        unsafe withUnsafePointer(to: functions) {
            guard let text = unsafe curl_text_of_error($0, code) else { return "error \(code)" }
            return unsafe String(cString: text)
        }
    }

    /// The status of the last answer.
    var status: Int {
        unsafe withUnsafePointer(to: functions) { unsafe curl_status($0, number) }
    }

    private func connect(_ functions: UnsafePointer<curl_functions>, _ exchange: CurlExchange) {
        let context = unsafe Unmanaged.passUnretained(exchange).toOpaque()
        _ = unsafe curl_set_pointer(functions, number, 10001, context)
        _ = unsafe curl_set_pointer(functions, number, 10029, context)
        _ = unsafe curl_set_pointer(functions, number, 10057, context)
        _ = unsafe curl_set_data_callback(functions, number, 20011) { data, size, count, context in
            let exchange = unsafe CurlExchange.from(context)
            let bytes = unsafe UnsafeRawBufferPointer(start: data, count: size * count)
            return unsafe exchange?.takeBody(bytes) == true ? size * count : 0
        }
        _ = unsafe curl_set_data_callback(functions, number, 20079) { data, size, count, context in
            let exchange = unsafe CurlExchange.from(context)
            let bytes = unsafe UnsafeRawBufferPointer(start: data, count: size * count)
            return unsafe exchange?.takeHeader(bytes) == true ? size * count : 0
        }
        _ = unsafe curl_set_progress_callback(functions, number, 20219) { context, _, _, _, _ in
            unsafe CurlExchange.from(context)?.isCancelled == false ? 0 : 1
        }
    }
}
