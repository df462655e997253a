/// A path, or one name of a path, as the bytes that the file system stores.
///
/// The bytes are never decoded, so a name that is not UTF-8 keeps its bytes. Paths are ordered
/// component by component: a directory comes right before its contents.
package struct PathBytes: Sendable, Hashable, Comparable {
    package var bytes: [UInt8]

    package init(_ bytes: [UInt8]) {
        self.bytes = bytes
    }

    package init(_ text: String) {
        bytes = Array(text.utf8)
    }

    /// The path as text for a message; bytes that are not UTF-8 are replaced.
    package var text: String { String(decoding: bytes, as: UTF8.self) }

    package var isAbsolute: Bool { bytes.first == slash }

    /// The names between the slashes, without empty ones.
    package var components: [ArraySlice<UInt8>] { bytes.split(separator: slash) }

    /// Returns the path of `name` in this directory; to the empty path, the name is appended
    /// without a slash.
    package func appending(_ name: some Collection<UInt8>) -> PathBytes { joined(name) }

    /// Returns the path of `name` in this directory, without the cost of a generic call across
    /// modules.
    package func appending(_ name: ArraySlice<UInt8>) -> PathBytes { joined(name) }

    private func joined(_ name: some Collection<UInt8>) -> PathBytes {
        if bytes.isEmpty { return PathBytes(Array(name)) }
        var joined = bytes
        joined.reserveCapacity(bytes.count + 1 + name.count)
        if joined.last != slash { joined.append(slash) }
        joined.append(contentsOf: name)
        return PathBytes(joined)
    }

    /// The directory part and the name; the former is `""` for a bare name and `/` for a name in
    /// the root.
    package var split: (directory: ArraySlice<UInt8>, name: ArraySlice<UInt8>) {
        guard let last = bytes.lastIndex(of: slash) else { return (bytes[..<0], bytes[...]) }
        return (bytes[..<max(last, 1)], bytes[(last + 1)...])
    }

    /// The parent directory; the parent of `/` is `/`.
    package var parent: PathBytes {
        let directory = split.directory
        return directory.isEmpty ? PathBytes("/") : PathBytes(Array(directory))
    }

    /// Returns whether this path is below `directory`, at any depth.
    package func isWithin(_ directory: PathBytes) -> Bool {
        let length = directory.bytes.count
        return bytes.count > length && bytes[length] == slash
            && PathBytes.commonPrefix(bytes.span, directory.bytes.span) >= length
    }

    /// Returns the part of this path after `directory`; call it only for a path below `directory`.
    package func tail(below directory: PathBytes) -> ArraySlice<UInt8> {
        bytes[(directory.bytes.count + 1)...]
    }

    package static func < (left: PathBytes, right: PathBytes) -> Bool {
        let (one, other) = (left.bytes.span, right.bytes.span)
        let index = commonPrefix(one, other)
        guard index < min(one.count, other.count) else { return one.count < other.count }
        return rank(one[index]) < rank(other[index])
    }

    package static func == (left: PathBytes, right: PathBytes) -> Bool {
        let (one, other) = (left.bytes.span, right.bytes.span)
        return one.count == other.count && commonPrefix(one, other) == one.count
    }

    /// Returns the length of the longest common prefix of two paths.
    ///
    /// Neighbours in a sorted list share most of their bytes, so eight bytes are compared at once.
    private static func commonPrefix(_ one: Span<UInt8>, _ other: Span<UInt8>) -> Int {
        func word(_ bytes: Span<UInt8>, _ index: Int) -> UInt64 {
            unsafe bytes.bytes.unsafeLoadUnaligned(fromByteOffset: index, as: UInt64.self)
        }
        let count = min(one.count, other.count)
        var index = 0
        while index + 8 <= count, word(one, index) == word(other, index) { index += 8 }
        while index < count, one[index] == other[index] { index += 1 }
        return index
    }

    package func hash(into hasher: inout Hasher) {
        unsafe bytes.withUnsafeBytes { unsafe hasher.combine(bytes: $0) }
    }

    /// Returns the sort key of a byte: a slash ends a name and sorts before every byte of a name.
    private static func rank(_ byte: UInt8) -> UInt8 { byte == slash ? 0 : byte }
}

package let slash = UInt8(ascii: "/")

/// Calls `body` with `bytes` as a C string.
func withCString<Result>(
    _ bytes: some Collection<UInt8>,
    _ body: (UnsafePointer<CChar>) -> Result
) -> Result {
    unsafe withUnsafeTemporaryAllocation(of: CChar.self, capacity: bytes.count + 1) { buffer in
        let isCopied: Void? = bytes.withContiguousStorageIfAvailable { source in
            unsafe UnsafeMutableRawBufferPointer(buffer).copyMemory(
                from: UnsafeRawBufferPointer(source)
            )
        }
        if isCopied == nil {
            for (index, byte) in bytes.enumerated() {
                unsafe buffer[index] = CChar(bitPattern: byte)
            }
        }
        unsafe buffer[bytes.count] = 0
        guard let start = buffer.baseAddress else { preconditionFailure("an empty allocation") }
        return unsafe body(UnsafePointer(start))
    }
}
