import TestSupport
import Testing

@testable import BuildspecCache

/// They are an array in everything but what they take.
@Suite struct `The blobs of a file` {
    private func blob(_ number: Int) -> Manifest.Blob {
        let digest = ContentDigest(of: [UInt8(number % 256)])
        return Manifest.Blob(digest: digest, pack: number, offset: 2 * number, size: 1 + number)
    }

    @Test(arguments: 0..<20 as Range<UInt64>)
    func `are what an array of them is`(seed: UInt64) {
        var random = SplitMix64(seed: seed)
        var (blobs, array): (BlobList, [Manifest.Blob]) = ([], [])
        for number in 0..<60 {
            let place = Int(random.next() % UInt64(array.count + 1))
            switch random.next() % 5 {
            case 0, 1:
                blobs.append(blob(number))
                array.append(blob(number))
            case 2 where place < array.count:
                blobs[place].pack = number
                array[place].pack = number
            case 3:
                blobs.insert(blob(number), at: place)
                array.insert(blob(number), at: place)
            default:
                blobs.removeSubrange(place...)
                array.removeSubrange(place...)
            }
            #expect(Array(blobs) == array && blobs.count == array.count)
            #expect(blobs == BlobList(array) && blobs.hashValue == BlobList(array).hashValue)
        }
    }
}
