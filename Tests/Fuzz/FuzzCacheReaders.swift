// A libFuzzer harness for all readers of a store's bytes. run.sh compiles it with the sources of
// BuildspecCache; the package does not. The first byte selects the reader of the rest.

@testable internal import BuildspecFuzzed

/// Checks what must hold for every input.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzCacheReaders(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let bytes = unsafe Array(UnsafeBufferPointer(start: start, count: count))
    guard let selector = bytes.first else { return 0 }
    let rest = Array(bytes.dropFirst())
    switch selector {
    case UInt8(ascii: "m"): readManifest(rest)
    case UInt8(ascii: "b"): readDelta(rest)
    case UInt8(ascii: "k"): readKeyRecord(rest)
    case UInt8(ascii: "y"): readKeys(rest)
    case UInt8(ascii: "s"): readStatIndex(rest)
    case UInt8(ascii: "z"): readPack(rest, .zstd)
    case UInt8(ascii: "g"): readPack(rest, .gzip)
    case UInt8(ascii: "n"): readNames(rest)
    case UInt8(ascii: "c"): checkChunks(rest)
    case UInt8(ascii: "t"): readArchive(rest)
    case UInt8(ascii: "w"): readSweepList(rest)
    case UInt8(ascii: "u"): readArchive(withValidChecksums(rest))
    default: return -1
    }
    return 0
}

private func readManifest(_ text: [UInt8]) {
    let packs = try? ManifestHead.packs(of: text, .none, base: nil)
    let whole = try? ManifestDecoder.decode(text)
    if let decoder = ParallelManifestDecoder(text) {
        let joined = decoder.join(decoder.decodeFirst(), decoder.decodeSecond())
        precondition(joined == whole, "halves give the same manifest")
    }
    let cut = text.count * Int(text.first ?? 0) / 256
    if let decoder = ParallelManifestDecoder(Array(text[..<cut]), Array(text[cut...])) {
        let joined = decoder.join(decoder.decodeFirst(), decoder.decodeSecond())
        precondition(joined == whole, "parts give the same manifest")
    }
    guard let manifest = whole else { return }
    precondition(packs == manifest.packs, "the head has all packs")
    let again = try? ManifestDecoder.decode(ManifestEncoder.encode(manifest))
    precondition(again == manifest, "an accepted text is the same when written again")
    checkEntries(manifest)
    _ = (manifest.fileCount, manifest.contentBytes)
}

/// Applies a delta: the bytes up to the first zero are the delta without its first line, the rest is the
/// base.
private func readDelta(_ bytes: [UInt8]) {
    let own = Array(bytes.prefix { $0 != 0 })
    let base = Array(bytes.dropFirst(own.count + 1))
    let name = ContentDigest(of: [])
    let delta = ManifestDelta.head(naming: name) + own
    let packs = try? ManifestHead.packs(of: delta, .none, base: name)
    if let whole = try? ManifestDelta.apply(delta, to: base, named: name) {
        precondition(
            whole.count <= delta.count + base.count,
            "the result is not larger than both texts"
        )
        if let manifest = try? ManifestDecoder.decode(whole) {
            precondition(packs == manifest.packs, "the head has all packs")
        }
        readManifest(whole)
    }
    if (try? ManifestDecoder.decode(base)) != nil {
        let text = ManifestEncoder.encode(Manifest()) + own
        guard (try? ManifestDecoder.decode(text)) != nil,
            let again = ManifestDelta.encode(text, base: base, named: name)
        else { return }
        let whole = try? ManifestDelta.apply(again, to: base, named: name)
        precondition(whole == text, "a delta gives the same text again")
    }
}

/// Checks what must hold for the entries of every manifest.
func checkEntries(_ manifest: Manifest) {
    var last: Manifest.Entry?
    for entry in manifest.entries {
        let names = entry.path.components
        let climbs = names.contains { $0.elementsEqual("..".utf8) }
        precondition(!names.isEmpty && !climbs, "a path does not climb")
        precondition(!entry.path.bytes.contains(0), "a path has no zero byte")
        if let last {
            precondition(last.path < entry.path, "entries are in order")
            let leadsThrough = entry.path.isWithin(last.path) && last.kind != .directory
            precondition(!leadsThrough, "no path leads through a file or link")
        }
        if case .file(let size, let blobs) = entry.kind {
            precondition(
                blobs.reduce(0) { $0 + UInt64($1.size) } == size,
                "the blobs have the size of the file"
            )
            for blob in blobs {
                let pack = manifest.packs[blob.pack]
                precondition(blob.offset >= 0 && blob.size > 0, "a blob has an offset and a size")
                precondition(
                    blob.offset + blob.size <= pack.contentSize,
                    "a blob is inside its pack"
                )
                precondition(
                    pack.contentSize <= Limits.packContent,
                    "the size of a pack is bounded"
                )
            }
            precondition(entry.mode & 0o6000 == 0, "no file gets the rights of another user")
        }
        last = entry
    }
}

private func readKeyRecord(_ body: [UInt8]) {
    _ = try? KeyRecord.decode(body)
    // With a valid digest.
    let checksummed = body + Array("end \(ContentDigest(of: body).hex)\n".utf8)
    guard let record = try? KeyRecord.decode(checksummed) else { return }
    var plain = record
    plain.signature = nil
    let again = try? KeyRecord.decode(record.encode())
    precondition(again == plain, "an accepted text is the same when written again")
    checkName(record.name)
    for name in record.manifestNames { checkName(name) }
    checkTrust(record)
    guard let signed = try? record.encode(signedBy: fuzzKey),
        let signedRecord = try? KeyRecord.decode(signed)
    else { preconditionFailure("an accepted record can be signed") }
    precondition(
        signedRecord.signature?.isValid(for: fuzzKey.publicKey) == true,
        "a signature is valid for its key"
    )
}

private let fuzzKey = SigningKey()

/// Checks that a trusted key signed every byte, for a scope of the key.
private func checkTrust(_ record: KeyRecord) {
    let policy = CachePolicy(
        keys: [.init(name: "fuzz", key: fuzzKey.publicKey, scopes: ["main"])],
        requiresSigned: true
    )
    guard case .verified = policy.trust(in: record, now: 0) else { return }
    precondition(record.scope == "main", "a key signs only for its scopes")
    precondition(
        record.signature?.isValid(for: fuzzKey.publicKey) == true,
        "a trusted record has a valid signature"
    )
}

private func readKeys(_ bytes: [UInt8]) {
    let text = String(decoding: bytes, as: UTF8.self)
    if let key = SigningKey(text) {
        precondition(text.contains(key.secret), "the text contains the key")
        precondition(SigningKey(key.text)?.secret == key.secret, "a key is read as it is written")
    }
    if let key = PublicKey(text) { precondition(key.text == text, "a public key has one form") }
}

private func readSweepList(_ body: [UInt8]) {
    _ = try? SweepList.decode(body)
    // With a valid digest.
    let checksummed = body + Array("end \(ContentDigest(of: body).hex)\n".utf8)
    guard let list = try? SweepList.decode(checksummed) else { return }
    precondition(
        (try? SweepList.decode(list.encode())) == list,
        "an accepted text is the same when written again"
    )
    for name in list.objects {
        checkName(name)
        precondition(
            StoreLayout.content(ofName: name) != nil,
            "a sweep list has only packs and manifests"
        )
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
    let checksummed = body + ContentDigest(of: body).hexBytes
    guard let index = StatIndex(checksummed) else { return }
    precondition(
        StatIndex(index.encode()) == index,
        "an accepted text is the same when written again"
    )
}

private func readPack(_ stored: [UInt8], _ codec: Codec) {
    let limit = 4 << 20
    _ = try? ManifestHead.packs(of: stored, codec, base: nil)
    if let content = try? codec.decode(stored, limit: limit) {
        precondition(content.count <= limit, "the content is within the limit")
    }
    guard codec == .zstd, let frames = try? ZstandardCodec.frames(of: stored, limit: limit) else {
        return
    }
    var (start, end) = (0, 0)
    for frame in frames {
        precondition(frame.stored.lowerBound == start, "frames follow each other")
        precondition(frame.content.lowerBound == end, "contents follow each other")
        (start, end) = (frame.stored.upperBound, frame.content.upperBound)
    }
    precondition(start == stored.count || frames.isEmpty, "the frames cover all bytes")
}

private func readNames(_ bytes: [UInt8]) {
    let text = String(decoding: bytes, as: UTF8.self)
    let version = ContentDigest(of: bytes)
    checkName(StoreLayout.record(scope: text, key: text, version: version))
    _ = StoreLayout.content(ofName: text)
    _ = StoreLayout.content(ofName: "v1/packs/" + text)
    _ = TemporaryName.isAbandoned(TemporaryName.prefix + bytes, changed: .now())
    // A long pattern can have a thousand alternatives, which are slow.
    let set = PathSet([String(decoding: bytes.prefix(60), as: UTF8.self)], root: PathBytes("/a/b"))
    _ = (set.contains(PathBytes(bytes), isDirectory: false), set.canonicalTexts)
}

private func checkChunks(_ bytes: [UInt8]) {
    let chunker = Chunker(forFileOf: UInt64(bytes.count))
    var start = 0
    while start < bytes.count {
        let end = chunker.end(of: bytes, from: start)
        precondition(
            end > start && end <= bytes.count,
            "a chunk ends after its start and within the bytes"
        )
        start = end
    }
}
