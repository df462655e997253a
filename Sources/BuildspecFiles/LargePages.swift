#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Musl)
    internal import Musl
#endif

extension [UInt8] {
    /// Reserves capacity for many bytes, in large pages if the system has them.
    ///
    /// The first write to a page of new memory causes a page fault. With pages of 4 KB, the faults
    /// cost more than the writes.
    ///
    /// - Parameter count: The number of bytes that the array will have.
    package mutating func reserveLargePages(_ count: Int) {
        reserveCapacity(count)
        #if os(Linux)
            let page = 2 << 20
            guard count >= 2 * page else { return }
            unsafe withUnsafeMutableBufferPointer { buffer in
                guard let start = buffer.baseAddress else { return }
                let address = UInt(bitPattern: start)
                let first = (address + UInt(page) - 1) / UInt(page) * UInt(page)
                let length = (Int(address) + count - Int(first)) / page * page
                let pages = unsafe UnsafeMutableRawPointer(bitPattern: first)
                // Only whole large pages within the array. A system without large pages ignores the
                // hint.
                _ = unsafe madvise(pages, length, MADV_HUGEPAGE)
            }
        #endif
    }
}
