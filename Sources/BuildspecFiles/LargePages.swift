#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Musl)
    internal import Musl
#endif

extension [UInt8] {
    /// Makes room for many bytes, in large pages where the system has them.
    ///
    /// Fresh memory costs a fault for every page when it is first written: with pages of 4 KB that is
    /// more than writing costs.
    ///
    /// - Parameter count: how many bytes the array will have.
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
                // Only whole large pages within the array. It is a hint: who does not know it goes on.
                _ = unsafe madvise(pages, length, MADV_HUGEPAGE)
            }
        #endif
    }
}
