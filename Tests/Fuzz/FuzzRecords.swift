// A libFuzzer harness that uses and prints a forged record and manifest in every command. run.sh
// compiles it with the sources of the cache; the package does not.
//
// The input: 8 bytes with the size and 8 with the time in a listing, the record's lines except for the
// ones that name the manifest, a zero byte, and the manifest.

internal import Dispatch
internal import Glibc

@testable internal import BuildspecFuzzed

/// Checks that every command ends for every input.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzRecords(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let bytes = unsafe Array(UnsafeBufferPointer(start: start, count: count))
    guard bytes.count > 16, let store = ForgedStore(bytes) else { return -1 }
    let done = DispatchSemaphore(value: 0)
    Task.detached {
        await runCommands(store)
        done.signal()
    }
    done.wait()
    return 0
}

/// A store with one entry, and with the sizes and times of its listings.
private final class ForgedStore: CacheStore {
    let location = "forged"
    let record: KeyRecord
    private let objects: [String: [UInt8]]
    private let size: UInt64
    private let modified: Int64

    init?(_ bytes: [UInt8]) {
        func number(_ offset: Int) -> UInt64 {
            bytes[offset..<offset + 8].reversed().reduce(0) { $0 << 8 | UInt64($1) }
        }
        (size, modified) = (number(0), Int64(bitPattern: number(8)))
        let lines = Array(bytes[16...].prefix { $0 != 0 })
        let manifest = Array(bytes[16...].dropFirst(lines.count + 1))
        let digest = ContentDigest(of: manifest)
        let head = "buildspec-key 1\nmanifest \(digest.hex)\ncodec none\n"
        let body = Array(head.utf8) + lines
        let checksummed = body + Array("end \(ContentDigest(of: body).hex)\n".utf8)
        guard let record = try? KeyRecord.decode(checksummed) else { return nil }
        self.record = record
        objects = [record.name: checksummed, record.manifestName: manifest]
    }

    func read(_ name: String, limit: UInt64) -> StoredObject? {
        objects[name].map { StoredObject($0) }
    }

    func write(_ name: String, _ bytes: [UInt8]) {}
    func delete(_ name: ObjectName, ifUnchanged listed: ObjectInfo?) -> Bool { true }
    func info(_ name: String) -> ObjectInfo? {
        objects[name].map { _ in ObjectInfo(name: name, size: size, modified: modified, tag: "t") }
    }
    func list(prefix: String) -> ObjectListing {
        ObjectListing(objects.keys.filter { $0.hasPrefix(prefix) }.compactMap(info))
    }
}

/// A directory with a file whose name an entry can have.
private let tree: String = {
    let path = "/tmp/buildspec-fuzz-\(getpid())"
    mkdir(path, 0o700)
    mkdir(path + "/tree", 0o700)
    try? AtomicFile.write([1, 2, 3], to: PathBytes(path + "/tree/a"))
    return path
}()

private func runCommands(_ store: ForgedStore) async {
    let cache = BuildCache(stores: CacheStores(shared: store))
    let record = store.record
    if let (entries, _) = try? await cache.entries() {
        print(ListOutput.text(entries), EntryJSON.print(entries))
    }
    if let contents = try? await cache.contents(of: record.name) {
        print(EntryText.print(contents, listingFiles: true), EntryJSON.print(contents))
    }
    await compare(cache, record)
    await plan(store, record)
    let identity = CacheIdentity(
        scope: record.scope,
        key: record.key,
        fallbackKeys: [""],
        paths: record.paths
    )
    if let explained = try? await cache.explain(identity, root: FilePath(tree)) {
        print(ExplanationText.print(explained), ExplanationJSON.print(explained))
    }
    if let report = try? await cache.verify() {
        print(VerifyOutput.text(report))
        print(VerifyOutput.json(report, repair: RepairReport(), store: "s"))
    }
    await prune(cache)
    audit(record)
}

private func compare(_ cache: BuildCache, _ record: KeyRecord) async {
    if let same = try? await cache.difference(from: record.name, to: record.name) {
        precondition(same.changes.isEmpty, "nothing differs from itself")
    }
    if let other = try? await cache.difference(from: record.name, toTreeAt: FilePath(tree)) {
        print(DifferenceOutput.text(other, listingTimes: true), DifferenceOutput.json(other))
    }
}

/// Plans a restore, and checks the free space.
private func plan(_ store: ForgedStore, _ record: KeyRecord) async {
    guard
        let manifest = try? await EntryReader(stores: CacheStores(shared: store)).manifest(
            of: record
        ),
        let roots = try? TreeRoots(root: PathBytes(tree), fileSystemRoot: PathBytes("/"))
    else { return }
    let set = PathSet(record.paths, root: PathBytes(tree))
    let settings = BuildCache(stores: CacheStores(shared: store)).settings
    let all = PathSet(["**/*"], root: PathBytes(tree))
    guard let existing = try? await CacheTree(all, Checkout.unknown, roots, settings) else {
        return
    }
    let plan = try? RestorePlan(manifest, set, existing, roots, verify: false)
    try? plan?.checkFreeSpace(roots)
}

private func prune(_ cache: BuildCache) async {
    let limits = PruneLimits(
        maximumAge: 1,
        maximumSize: 1,
        maximumCount: 0,
        isSizePerScope: true,
        gracePeriod: 0
    )
    for limits in [limits, PruneLimits(maximumSize: .max)] {
        guard var report = try? await cache.prune(limits, dryRun: true) else { continue }
        print(PruneOutput.text(report, isDry: true), PruneOutput.json(report, isDry: false))
        report.location = "s3://bucket"
        print(PruneOutput.text(report, isDry: true), PruneOutput.json(report, isDry: true))
    }
}

private func audit(_ record: KeyRecord) {
    let policy = CachePolicy(keys: [], requiresSigned: true, maximumAge: 1)
    for trust in [policy.trust(in: record), policy.trust(in: record, now: .min)] {
        let origin = EntryOrigin(record, ownScope: "s", trust: trust)
        let entry = RestoredEntry(time: record.saved, build: 1, origin: origin)
        guard let again = RestoredEntry(line: Substring(entry.line)) else { continue }
        let rows = [AuditRow(entry: again, now: policy.trust(in: again.origin, usedAt: .min))]
        print(AuditOutput.text(rows, project: "p"), AuditOutput.json(rows, project: "p"))
    }
}

/// Checks the size of formatted texts without printing them.
private func print(_ texts: String...) {
    for text in texts { precondition(text.utf8.count < 1 << 28, "the size is bounded") }
}
