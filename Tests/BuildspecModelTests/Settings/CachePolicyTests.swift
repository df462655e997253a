import TestSupport
import Testing

@testable import BuildspecModel

/// The file of a cache policy, which is read strictly because it decides on trust.
@Suite(.timed) struct `Cache policy text` {
    static let whole = """
        version: 1
        require-signed: true
        max-age: 30d
        unsigned-scopes: [pr-*]
        keys:
          - name: main-ci
            key: ed25519:AAAA
            scopes: [main, release-*]
            not-after: 2027-06-30
          - name: other
            key: ed25519:BBBB
            scopes: nightly

        """

    private func parse(_ text: String) -> (policy: CachePolicyText?, diagnostics: [Diagnostic]) {
        CachePolicyText.parse(Array(text.utf8))
    }

    @Test func `a cache policy is read with the positions of its values`() throws {
        let (policy, diagnostics) = parse(Self.whole)
        #expect(diagnostics == [])
        let read = try #require(policy)
        #expect(read.requireSigned)
        #expect(read.maximumAge?.value == "30d")
        #expect(read.unsignedScopes.map(\.value) == ["pr-*"])
        #expect(read.keys.map(\.name.value) == ["main-ci", "other"])
        #expect(read.keys[0].scopes.map(\.value) == ["main", "release-*"])
        #expect(read.keys[0].notAfter?.value == "2027-06-30")
        #expect(read.keys[1].scopes.map(\.value) == ["nightly"])
        #expect(read.keys[1].key.range.start == SourcePosition(line: 11, column: 10))
    }

    @Test func `a cache policy can consist of its version alone`() {
        let (policy, diagnostics) = parse("version: 1\n")
        #expect(diagnostics == [])
        #expect(policy == CachePolicyText())
    }

    @Test(arguments: [
        ("", "1:1: error: the cache policy is empty; begin with 'version: 1'"),
        ("[]", "1:1: error: a cache policy is a mapping, not a list"),
        ("keys: []\n", "1:1: error: 'version' is missing; begin with 'version: 1'"),
        ("version: 2\n", "1:10: error: there is no cache policy version '2'; write 1"),
        ("version:\n", "1:1: error: 'version' has no value"),
        (
            "version: 1\nrequire_signed: true\n",
            "2:1: error: unknown key 'require_signed' in a cache policy; did you mean 'require-signed'?"
        ),
        (
            "version: 1\nrequire-signed: $X\n",
            "2:17: error: 'require-signed' must be true or false, not '$X'"
        ),
        ("version: 1\nrequire-signed:\n", "2:1: error: 'require-signed' has no value"),
        (
            "version: 1\nrequire-signed: true\n",
            "2:1: error: 'require-signed' without 'keys' refuses everything; 'buildspec cache keygen' "
                + "makes a key"
        ),
        ("version: 1\nversion: 1\n", "2:1: error: "),
        ("version: 1\nkeys: x\n", "2:7: error: 'keys' must be a list, not text"),
        (
            "version: 1\nkeys:\n  - x\n",
            "3:5: error: a key is a mapping with 'name', 'key' and 'scopes', not text"
        ),
        ("version: 1\nkeys:\n  - name: a\n    key: b\n", "3:5: error: the key needs 'scopes'"),
        (
            "version: 1\nkeys:\n  - name: a\n    key: b\n    scopes: []\n",
            "5:5: error: 'scopes' has nothing under it"
        ),
        (
            "version: 1\nkeys:\n  - {name: a, key: b, scopes: m}\n  - {name: a, key: c, scopes: m}\n",
            "4:12: error: two keys have the name 'a'"
        ),
        (
            "version: 1\nkeys:\n  - {name: a, key: b, scopes: m}\n  - {name: c, key: b, scopes: m}\n",
            "4:20: error: the same key occurs twice; list all its scopes in one entry"
        ),
        ("version: 1\nmax-age: [1d]\n", "2:10: error: 'max-age' must be text, not a list"),
        ("version: 1\nkeys: [\n", "error: "), ("version: 1\n---\nversion: 1\n", "error: "),
        ("a: &a {x: 1}\n<<: *a\nversion: 1\n", "error: "),
    ])
    func `a cache policy with a mistake has no value and an error with a position`(
        text: String,
        message: String
    ) {
        let (policy, diagnostics) = parse(text)
        #expect(policy == nil)
        let lines = diagnostics.map { $0.rendered(file: "p", source: Array(text.utf8)) }
        #expect(lines.contains { $0.contains(message) }, "\(lines)")
        #expect(diagnostics.allSatisfy { $0.severity == .error && $0.codeBuild == nil })
    }

    @Test(arguments: TestScope.seeds(60))
    func `a randomly changed cache policy has either a value or an error`(seed: UInt64) {
        var random = SplitMix64(seed: seed)
        for _ in 0..<40 {
            var bytes = Array(Self.whole.utf8)
            for _ in 0...random.next() % 4 {
                let index = Int(random.next() % UInt64(bytes.count))
                switch random.next() % 4 {
                case 0: bytes[index] = UInt8(truncatingIfNeeded: random.next())
                case 1: bytes.remove(at: index)
                case 2: bytes.insert(Array(":-#[]{}&*!|>'\"\n ".utf8)[index % 16], at: index)
                default: bytes.removeLast(min(bytes.count - 1, Int(random.next() % 40)))
                }
            }
            let (policy, diagnostics) = CachePolicyText.parse(bytes)
            #expect((policy == nil) == !diagnostics.isEmpty, "seed \(seed)")
            #expect(diagnostics.allSatisfy { $0.severity == .error }, "seed \(seed)")
        }
    }
}
