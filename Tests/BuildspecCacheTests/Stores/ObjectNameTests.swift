import TestSupport
import Testing

@testable import BuildspecCache

/// The names by which maintenance recognises the objects of a store.
@Suite(.timed) struct `Object names` {
    private static let digits = String(repeating: "0a", count: 32)

    @Test func `every name that a store gives is an object name, with any scope and key`() {
        var random = SplitMix64(seed: 17)
        let version = ContentDigest(of: [1])
        let long = String(repeating: ":", count: 90)
        let odd = ["", ".", "..", "~", "%", "a/b", "é", "\u{212A}", long]
        let texts =
            odd
            + (0..<200).map { number in
                String(decoding: random.bytes(number), as: UTF8.self)
            }
        for text in texts {
            for key in [text, nil] {
                let name = StoreLayout.record(scope: text, key: key, version: version)
                #expect(ObjectName(name)?.kind == .record, "\(name)")
                let above = name.split(separator: "/").dropLast().joined(separator: "/")
                #expect(StoreLayout.mayContainObjects(above), "\(above)")
            }
        }
        for codec in Codec.allCases {
            #expect(ObjectName(StoreLayout.pack(version, codec))?.kind == .pack(version, codec))
            let manifest = StoreLayout.manifest(version, codec)
            #expect(ObjectName(manifest)?.kind == .manifest(version, codec))
        }
        for time in [0, 1_795_405_317, .max, .min] as [Int64] {
            #expect(ObjectName(SweepList.name(time, [1]))?.kind == .sweepList)
        }
    }

    @Test(arguments: [
        "", "v1", "v1/", "v1/keys/prod/server.pem", "v1/manifests/deploy.yml", "v1/packs/a.tar",
        "v1/keys/s/k/\(digits)/x", "v1/keys/s/k/\(digits.uppercased())", "v1/keys/s/\(digits)",
        "v1/keys//k/\(digits)", "v1/keys/s//\(digits)", "v1/keys/~/k/\(digits)",
        "v1/keys/.s/k/\(digits)", "v1/keys/s/a b/\(digits)", "v1/keys/s/%2f/\(digits)",
        "v1/keys/s/%41/\(digits)", "v1/keys/s/%+F/\(digits)", "v1/keys/s/%/x/\(digits)",
        "v1/keys/s/k~\(digits)/\(digits)", "v1/keys/\u{212A}/k/\(digits)",
        "v1/packs/0b/\(digits).tar.zst", "v1/packs/0a/\(digits).tar.xz", "v1/packs/0a/\(digits)",
        "v1/packs/0a/\(digits).mtree", "v1/manifests/0a/\(digits).tar",
        "v1/packs/0a/\(digits).tar.zst.bak", "v1/packs/0a/x/\(digits).tar.zst",
        "v2/packs/0a/\(digits).tar.zst", "/v1/packs/0a/\(digits).tar.zst",
        "v1/packs/0a//\(digits).tar.zst", "v1/sweeps/1-0123456789abcde",
        "v1/sweeps/01-0123456789abcdef", "v1/sweeps/1-0123456789ABCDEF",
        "v1/sweeps/x/1-0123456789abcdef",
    ])
    func `a similar name is not an object name`(name: String) {
        #expect(ObjectName(name) == nil)
    }
}
