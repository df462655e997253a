internal import SystemPackage

#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Musl)
    internal import Musl
#else
    internal import Darwin
#endif

/// An unbuffered stream, such as standard output or standard error.
struct StandardStream: Sendable {
    /// The stream of the command's results and the build's output.
    static let output = StandardStream(.standardOutput)
    /// The stream of warnings and errors.
    static let error = StandardStream(.standardError)

    private let descriptor: FileDescriptor

    /// Replaces standard streams that are closed by descriptors that cannot be read or written either.
    ///
    /// Otherwise the next opened file would get the number of the stream, and the log would go into it.
    static func openMissing() {
        for number in 0...2 where fcntl(CInt(number), F_GETFD) < 0 {
            _ = try? FileDescriptor.open(
                FilePath("/dev/null"),
                number == 0 ? .writeOnly : .readOnly
            )
        }
    }

    /// Creates a stream for a descriptor that stays open.
    init(_ descriptor: FileDescriptor) {
        self.descriptor = descriptor
    }

    /// Writes a text, on standard error after `ErrorText` has processed it.
    @discardableResult
    func write(_ text: String) -> Bool {
        let isError = descriptor == .standardError
        return write(Array((isError ? ErrorText.processed(text) : text).utf8))
    }

    /// Writes all bytes, also to a slow or non-blocking stream, and returns whether it could.
    @discardableResult
    func write(_ bytes: [UInt8]) -> Bool {
        writeReportingError(bytes) == nil
    }

    /// Writes all bytes as `write` does, and returns the error if it could not.
    func writeReportingError(_ bytes: [UInt8]) -> Errno? {
        unsafe bytes.withUnsafeBytes { buffer in
            var rest = unsafe buffer[...]
            while unsafe !rest.isEmpty {
                do {
                    let count = try unsafe descriptor.write(UnsafeRawBufferPointer(rebasing: rest))
                    unsafe rest = unsafe rest.dropFirst(count)
                } catch Errno.wouldBlock {
                    waitUntilWritable()
                } catch let error as Errno {
                    return error
                } catch {
                    return .ioError
                }
            }
            return nil
        }
    }

    private func waitUntilWritable() {
        var state = pollfd(fd: descriptor.rawValue, events: Int16(POLLOUT), revents: 0)
        _ = unsafe poll(&state, 1, -1)
    }
}
