internal import SystemPackage

#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Musl)
    internal import Musl
#else
    internal import Darwin
#endif

/// Standard output or standard error, unbuffered.
struct StandardStream: Sendable {
    /// Where the command's own words and the build's output go.
    static let output = StandardStream(.standardOutput)
    /// Where warnings and errors go.
    static let error = StandardStream(.standardError)

    private let descriptor: FileDescriptor

    /// Takes the place of standard streams that who started us has closed, with descriptors that
    /// cannot be read or written either.
    ///
    /// Otherwise the next file that is opened would get the number, and the log would be written
    /// into it.
    static func openMissing() {
        for number in 0...2 where fcntl(CInt(number), F_GETFD) < 0 {
            _ = try? FileDescriptor.open(
                FilePath("/dev/null"),
                number == 0 ? .writeOnly : .readOnly
            )
        }
    }

    /// A stream over a descriptor that stays open.
    init(_ descriptor: FileDescriptor) {
        self.descriptor = descriptor
    }

    /// Writes a text, of an error what `ErrorText` makes of it; see `write(_: [UInt8])`.
    @discardableResult
    func write(_ text: String) -> Bool {
        let isError = descriptor == .standardError
        return write(Array((isError ? ErrorText.finished(text) : text).utf8))
    }

    /// Writes all bytes, also when the stream is slow or set not to block.
    ///
    /// - Returns: whether it could; a reader that has gone is the usual reason.
    @discardableResult
    func write(_ bytes: [UInt8]) -> Bool {
        obstacle(toWriting: bytes) == nil
    }

    /// Writes all bytes, as `write` does.
    ///
    /// - Returns: what kept it from that, if something did.
    func obstacle(toWriting bytes: [UInt8]) -> Errno? {
        unsafe bytes.withUnsafeBytes { buffer in
            var rest = unsafe buffer[...]
            while unsafe !rest.isEmpty {
                do {
                    let count = try unsafe descriptor.write(UnsafeRawBufferPointer(rebasing: rest))
                    unsafe rest = unsafe rest.dropFirst(count)
                } catch Errno.wouldBlock {
                    waitForRoom()
                } catch let error as Errno {
                    return error
                } catch {
                    return .ioError
                }
            }
            return nil
        }
    }

    private func waitForRoom() {
        var state = pollfd(fd: descriptor.rawValue, events: Int16(POLLOUT), revents: 0)
        _ = unsafe poll(&state, 1, -1)
    }
}
