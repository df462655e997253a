import TestSupport
import Testing

@testable import BuildspecCache

/// A blob list behaves like an array of blobs, and takes less memory.
@Suite(.timed) struct `Blob lists` {
    private func blob(_ number: Int) -> Manifest.Blob {
        let digest = ContentDigest(of: [UInt8(number % 256)])
        return Manifest.Blob(digest: digest, pack: number, offset: 2 * number, size: 1 + number)
    }

    @Test(arguments: TestScope.seeds(20))
    func `a blob list equals an array after the same random edits`(seed: UInt64) {
        var random = SplitMix64(seed: seed)
        var (blobs, array): (BlobList, [Manifest.Blob]) = ([], [])
        for number in 0..<60 {
            let index = Int(random.next() % UInt64(array.count + 1))
            switch random.next() % 5 {
            case 0, 1:
                blobs.append(blob(number))
                array.append(blob(number))
            case 2 where index < array.count:
                blobs[index].pack = number
                array[index].pack = number
            case 3:
                blobs.insert(blob(number), at: index)
                array.insert(blob(number), at: index)
            default:
                blobs.removeSubrange(index...)
                array.removeSubrange(index...)
            }
            #expect(Array(blobs) == array && blobs.count == array.count)
            #expect(blobs == BlobList(array) && blobs.hashValue == BlobList(array).hashValue)
        }
    }
}
