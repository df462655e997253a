// A libFuzzer harness over everything that reads bytes of a store. Compiled together with the readers
// of BuildspecCache by run.sh, not by the package. The first byte says which reader gets the rest.

@testable internal import BuildspecFuzzed

/// What must hold for every input, whatever it is.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzCacheReaders(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let bytes = unsafe Array(UnsafeBufferPointer(start: start, count: count))
    guard let selector = bytes.first else { return 0 }
    let rest = Array(bytes.dropFirst())
    switch selector {
    case UInt8(ascii: "m"): readManifest(rest)
    case UInt8(ascii: "b"): readChanges(rest)
    case UInt8(ascii: "k"): readKeyRecord(rest)
    case UInt8(ascii: "y"): readKeys(rest)
    case UInt8(ascii: "s"): readStatIndex(rest)
    case UInt8(ascii: "z"): readPack(rest, .zstd)
    case UInt8(ascii: "g"): readPack(rest, .gzip)
    case UInt8(ascii: "n"): readNames(rest)
    case UInt8(ascii: "c"): cut(rest)
    case UInt8(ascii: "t"): readArchive(rest)
    case UInt8(ascii: "w"): readSweepList(rest)
    case UInt8(ascii: "u"): readArchive(withRightChecksums(rest))
    default: return -1
    }
    return 0
}

private func readManifest(_ text: [UInt8]) {
    let packs = try? ManifestHead.packs(of: text, .none, base: nil)
    let whole = try? ManifestDecoder.decode(text)
    if let decoder = ParallelManifestDecoder(text) {
        let joined = decoder.join(decoder.decodeFirst(), decoder.decodeSecond())
        precondition(joined == whole, "halves are the whole")
    }
    let cut = text.count * Int(text.first ?? 0) / 256
    if let decoder = ParallelManifestDecoder(Array(text[..<cut]), Array(text[cut...])) {
        let joined = decoder.join(decoder.decodeFirst(), decoder.decodeSecond())
        precondition(joined == whole, "parts are the whole")
    }
    guard let manifest = whole else { return }
    precondition(packs == manifest.packs, "all packs stand in the head")
    let again = try? ManifestDecoder.decode(ManifestEncoder.encode(manifest))
    precondition(again == manifest, "what is accepted means what it says")
    checkEntries(manifest)
    _ = (manifest.fileCount, manifest.contentBytes)
}

/// The bytes up to the first zero are the changes behind the line that names the base, the rest is it.
private func readChanges(_ bytes: [UInt8]) {
    let own = Array(bytes.prefix { $0 != 0 })
    let base = Array(bytes.dropFirst(own.count + 1))
    let name = ContentDigest(of: [])
    let changes = ManifestDelta.head(naming: name) + own
    let packs = try? ManifestHead.packs(of: changes, .none, base: name)
    if let whole = try? ManifestDelta.apply(changes, to: base, named: name) {
        precondition(whole.count <= changes.count + base.count, "nothing is made of nothing")
        if let manifest = try? ManifestDecoder.decode(whole) {
            precondition(packs == manifest.packs, "all packs stand in the head")
        }
        readManifest(whole)
    }
    if (try? ManifestDecoder.decode(base)) != nil {
        let text = ManifestEncoder.encode(Manifest()) + own
        guard (try? ManifestDecoder.decode(text)) != nil,
            let again = ManifestDelta.encode(text, base: base, named: name)
        else { return }
        let whole = try? ManifestDelta.apply(again, to: base, named: name)
        precondition(whole == text, "what was written as changes is the same again")
    }
}

/// What must hold for the entries of every manifest, wherever it comes from.
func checkEntries(_ manifest: Manifest) {
    var last: Manifest.Entry?
    for entry in manifest.entries {
        let names = entry.path.components
        let climbs = names.contains { $0.elementsEqual("..".utf8) }
        precondition(!names.isEmpty && !climbs, "no way up")
        precondition(!entry.path.bytes.contains(0), "no path is cut short by the system")
        if let last {
            precondition(last.path < entry.path, "in order")
            let leadsThrough = entry.path.isWithin(last.path) && last.kind != .directory
            precondition(!leadsThrough, "no way through a file or link")
        }
        if case .file(let size, let blobs) = entry.kind {
            precondition(blobs.reduce(0) { $0 + UInt64($1.size) } == size, "blobs add up")
            for blob in blobs {
                let pack = manifest.packs[blob.pack]
                precondition(blob.offset >= 0 && blob.size > 0, "blobs are somewhere")
                precondition(blob.offset + blob.size <= pack.contentSize, "inside their pack")
                precondition(pack.contentSize <= Limits.packContent, "of a bounded size")
            }
            precondition(entry.mode & 0o6000 == 0, "nobody's rights are gained")
        }
        last = entry
    }
}

private func readKeyRecord(_ body: [UInt8]) {
    _ = try? KeyRecord.decode(body)
    // As if the digest were right.
    let sealed = body + Array("end \(ContentDigest(of: body).hex)\n".utf8)
    guard let record = try? KeyRecord.decode(sealed) else { return }
    var plain = record
    plain.signature = nil
    let again = try? KeyRecord.decode(record.encode())
    precondition(again == plain, "what is accepted means what it says")
    checkName(record.name)
    for name in record.manifestNames { checkName(name) }
    checkTrust(record)
    guard let signed = try? record.encode(signedBy: fuzzKey),
        let signedRecord = try? KeyRecord.decode(signed)
    else { preconditionFailure("what is accepted can be signed") }
    precondition(
        signedRecord.signature?.isValid(for: fuzzKey.publicKey) == true,
        "what is signed is vouched for"
    )
}

private let fuzzKey = SigningKey()

/// Who is trusted signed every byte, and for a scope that he may sign for.
private func checkTrust(_ record: KeyRecord) {
    let policy = CachePolicy(
        keys: [.init(name: "fuzz", key: fuzzKey.publicKey, scopes: ["main"])],
        requiresSigned: true
    )
    guard case .verified = policy.trust(in: record, now: 0) else { return }
    precondition(record.scope == "main", "only for its scopes")
    precondition(record.signature?.isValid(for: fuzzKey.publicKey) == true, "only what it signed")
}

private func readKeys(_ bytes: [UInt8]) {
    let text = String(decoding: bytes, as: UTF8.self)
    if let key = SigningKey(text) {
        precondition(text.contains(key.secret), "a key is what stands there")
        precondition(SigningKey(key.text)?.secret == key.secret, "and is read as it is written")
    }
    if let key = PublicKey(text) { precondition(key.text == text, "in one form only") }
}

private func readSweepList(_ body: [UInt8]) {
    _ = try? SweepList.decode(body)
    // As if the digest were right.
    let sealed = body + Array("end \(ContentDigest(of: body).hex)\n".utf8)
    guard let list = try? SweepList.decode(sealed) else { return }
    precondition(
        (try? SweepList.decode(list.encode())) == list,
        "what is accepted means what it says"
    )
    for name in list.objects {
        checkName(name)
        precondition(StoreLayout.content(ofName: name) != nil, "only packs and manifests are swept")
    }
}

private func checkName(_ name: String) {
    for part in name.split(separator: "/", omittingEmptySubsequences: false) {
        precondition(!part.isEmpty && part != "." && part != "..", "a name stays in the store")
        precondition(part.utf8.count <= 255, "a file can have it")
    }
}

private func readStatIndex(_ body: [UInt8]) {
    _ = StatIndex(body)
    let sealed = body + ContentDigest(of: body).hexBytes
    guard let index = StatIndex(sealed) else { return }
    precondition(StatIndex(index.encode()) == index, "what is accepted means what it says")
}

private func readPack(_ stored: [UInt8], _ codec: Codec) {
    let limit = 4 << 20
    _ = try? ManifestHead.packs(of: stored, codec, base: nil)
    if let content = try? codec.decode(stored, limit: limit) {
        precondition(content.count <= limit, "no more than is believed")
    }
    guard codec == .zstd, let frames = try? ZstandardCodec.frames(of: stored, limit: limit) else {
        return
    }
    var (start, end) = (0, 0)
    for frame in frames {
        precondition(frame.stored.lowerBound == start, "in a row")
        precondition(frame.content.lowerBound == end, "and so are their contents")
        (start, end) = (frame.stored.upperBound, frame.content.upperBound)
    }
    precondition(start == stored.count || frames.isEmpty, "all of it")
}

private func readNames(_ bytes: [UInt8]) {
    let text = String(decoding: bytes, as: UTF8.self)
    let version = ContentDigest(of: bytes)
    checkName(StoreLayout.record(scope: text, key: text, version: version))
    _ = StoreLayout.content(ofName: text)
    _ = StoreLayout.content(ofName: "v1/packs/" + text)
    _ = TemporaryName.isAbandoned(TemporaryName.prefix + bytes, changed: .now())
    // A thousand alternatives of a long pattern take their time.
    let set = PathSet([String(decoding: bytes.prefix(60), as: UTF8.self)], root: PathBytes("/a/b"))
    _ = (set.contains(PathBytes(bytes), isDirectory: false), set.canonicalTexts)
}

private func cut(_ bytes: [UInt8]) {
    let chunker = Chunker(forFileOf: UInt64(bytes.count))
    var start = 0
    while start < bytes.count {
        let end = chunker.end(of: bytes, from: start)
        precondition(end > start && end <= bytes.count, "forward, and not too far")
        start = end
    }
}
