internal import BuildspecFiles

/// The result of a verification.
public struct VerifyReport: Sendable, Equatable {
    /// The number of entries whose key record, manifest and packs were all read.
    public var entries = 0
    /// The number of packs and manifests that were read.
    public var objects = 0
    /// The stored bytes of the packs and manifests that were read.
    public var bytes: UInt64 = 0
    /// The problems, one line each; empty for an intact store.
    public var problems: [String] = []
    /// The names of the records whose entries cannot be restored completely.
    public var brokenEntries: [String] = []
    /// The names of the packs and manifests whose bytes do not match their names.
    public var damagedObjects: [String] = []
}

extension BuildCache {
    /// Reads every object and verifies it.
    ///
    /// With two stores, objects are read from the local store, and those that it lacks from the
    /// shared one.
    ///
    /// - Returns: The number of objects, and all problems.
    /// - Throws: `CacheError` when the store cannot be read at all.
    public func verify() async throws -> VerifyReport {
        var settings = settings
        settings.use(.verifying)
        let verifier = StoreVerifier(stores: settings.stores, width: settings.width)
        return try await onBlockingThreads { try await verifier.run() }
    }
}

/// A verification of a whole store: every record, manifest, pack and content.
struct StoreVerifier: Sendable {
    let stores: CacheStores
    let width: Int

    private var reader: EntryReader { EntryReader(stores: stores) }
    private var store: any CacheStore { stores.store }

    func run() async throws -> VerifyReport {
        var report = VerifyReport()
        var packs: [Manifest.Pack: Set<Manifest.Blob>] = [:]
        var entriesByPack: [String: Set<String>] = [:]
        var manifests: Set<String> = []
        for info in try await store.listObjects(prefix: StoreLayout.keys) {
            try Task.checkCancellation()
            do throws(CacheError) {
                guard let record = try await reader.record(named: info.name) else { continue }
                report.entries += 1
                manifests.formUnion(record.manifestNames)
                let manifest = try await reader.consistentManifest(of: record)
                add(manifest, to: &packs)
                for pack in manifest.packs {
                    entriesByPack[pack.name, default: []].insert(info.name)
                }
                _ = try await reader.sources(of: record)
            } catch {
                guard error.code == .damaged else { throw error }
                report.problems.append(error.named(info.name).description)
                report.brokenEntries.append(info.name)
            }
        }
        let damaged = try await check(packs, &report)
        let broken = damaged.flatMap { entriesByPack[$0] ?? [] }
        report.brokenEntries = Set(report.brokenEntries + broken).sorted()
        let read = Set(packs.keys.map(\.name))
        try await checkOthers(StoreLayout.packs, read: read, damaged, &report)
        try await checkOthers(StoreLayout.manifests, read: [], manifests, &report)
        report.problems.sort()
        return report
    }

    private func add(_ manifest: Manifest, to packs: inout [Manifest.Pack: Set<Manifest.Blob>]) {
        for pack in manifest.packs { packs[pack, default: []].formUnion([]) }
        for entry in manifest.entries {
            guard case .file(_, let blobs) = entry.kind else { continue }
            for var blob in blobs {
                let pack = manifest.packs[blob.pack]
                blob.pack = 0
                packs[pack, default: []].insert(blob)
            }
        }
    }

    /// Reads the packs; returns the names of those that do not match the manifests.
    private func check(
        _ packs: [Manifest.Pack: Set<Manifest.Blob>],
        _ report: inout VerifyReport
    ) async throws -> Set<String> {
        let work = packs.sorted { $0.key.name < $1.key.name }
        var damaged: Set<String> = []
        try await withThrowingTaskGroup(of: (name: String, problem: String)?.self) { tasks in
            func add(_ found: (name: String, problem: String)?) {
                guard let found else { return }
                damaged.insert(found.name)
                report.problems.append(found.problem)
            }
            for (started, (pack, blobs)) in work.enumerated() {
                if started >= width { add(try await tasks.next() ?? nil) }
                try Task.checkCancellation()
                tasks.addTask { try await problem(in: pack, blobs).map { (pack.name, $0) } }
                report.objects += 1
                report.bytes = report.bytes.addingClamped(pack.storedSize)
            }
            for try await found in tasks { add(found) }
        }
        return damaged
    }

    /// Returns what is wrong with a pack, or `nil`.
    private func problem(
        in pack: Manifest.Pack,
        _ blobs: Set<Manifest.Blob>
    ) async throws -> String? {
        do {
            try await reader.verify(pack, holds: blobs, limit: Limits.packStored)
            return nil
        } catch let error as MismatchedContent {
            return error.damage.description
        } catch let error as CacheError {
            guard error.code == .damaged else { throw error }
            return error.description
        }
    }

    /// Verifies the objects that the entries' verification did not find intact, and names foreign
    /// files in place of the directories of objects.
    ///
    /// These are unreferenced, or have `reported` problems. The `read` ones are in the counts.
    private func checkOthers(
        _ prefix: String,
        read: Set<String>,
        _ reported: Set<String>,
        _ report: inout VerifyReport
    ) async throws {
        for info in try await store.list(prefix: prefix).objects
        where !read.contains(info.name) || reported.contains(info.name) {
            try Task.checkCancellation()
            let isNew = !reported.contains(info.name)
            guard let name = ObjectName(info.name), let digest = name.content?.digest else {
                // A bucket has no directories, so there it is in nobody's way.
                if stores.local != nil, StoreLayout.mayContainObjects(info.name) {
                    report.problems.append(
                        "'\(info.name)' is a foreign file in place of a directory; "
                            + StoreError.manualRemovalHint
                    )
                }
                continue
            }
            do throws(CacheError) {
                let bytes = try await reader.readVerified(info.name, digest, limit: name.limit)
                guard !read.contains(info.name) else { continue }
                report.objects += 1
                report.bytes = report.bytes.addingClamped(UInt64(bytes.count))
            } catch {
                guard error.code == .damaged else { throw error }
                report.damagedObjects.append(info.name)
                if isNew { report.problems.append(error.description) }
            }
        }
    }
}
