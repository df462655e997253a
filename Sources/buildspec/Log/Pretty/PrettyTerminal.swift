#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Musl)
    internal import Musl
#else
    internal import Darwin
#endif

/// A terminal whose cursor can be moved.
struct PrettyTerminal: Sendable {
    /// Writes a text at once, and returns whether it was written.
    var write: @Sendable (String) -> Bool
    /// Reads the current size.
    var size: @Sendable () -> LiveRegion.Size

    /// Standard output.
    static let standardOutput = PrettyTerminal(
        write: { StandardStream.output.write($0) },
        size: {
            var size = winsize()
            guard unsafe ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else {
                return LiveRegion.Size(columns: 80, rows: 24)
            }
            return LiveRegion.Size(columns: Int(size.ws_col), rows: max(1, Int(size.ws_row)))
        }
    )
}
