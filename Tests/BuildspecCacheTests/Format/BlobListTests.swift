import TestSupport
import Testing

@testable import BuildspecCache

/// They are an array in everything but what they take.
@Suite struct `The pieces of a file` {
    private func piece(_ number: Int) -> Manifest.Blob {
        let digest = ContentDigest(of: [UInt8(number % 256)])
        return Manifest.Blob(digest: digest, pack: number, offset: 2 * number, size: 1 + number)
    }

    @Test(arguments: 0..<20 as Range<UInt64>)
    func `are what an array of them is`(seed: UInt64) {
        var random = SplitMix64(seed: seed)
        var (pieces, array): (BlobList, [Manifest.Blob]) = ([], [])
        for number in 0..<60 {
            let place = Int(random.next() % UInt64(array.count + 1))
            switch random.next() % 5 {
            case 0, 1:
                pieces.append(piece(number))
                array.append(piece(number))
            case 2 where place < array.count:
                pieces[place].pack = number
                array[place].pack = number
            case 3:
                pieces.insert(piece(number), at: place)
                array.insert(piece(number), at: place)
            default:
                pieces.removeSubrange(place...)
                array.removeSubrange(place...)
            }
            #expect(Array(pieces) == array && pieces.count == array.count)
            #expect(pieces == BlobList(array) && pieces.hashValue == BlobList(array).hashValue)
        }
    }
}
