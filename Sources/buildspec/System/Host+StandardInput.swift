internal import SystemPackage

extension Host {
    /// Reads standard input to its end.
    ///
    /// - Throws: `Errno`.
    static func readStandardInput() throws -> [UInt8] {
        var all: [UInt8] = []
        while true {
            let chunk = unsafe try [UInt8](unsafeUninitializedCapacity: 65_536) { space, count in
                count = unsafe try FileDescriptor.standardInput.read(
                    into: UnsafeMutableRawBufferPointer(space)
                )
            }
            if chunk.isEmpty { return all }
            all += chunk
        }
    }
}
