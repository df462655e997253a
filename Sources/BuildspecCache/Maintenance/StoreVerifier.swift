internal import BuildspecFiles

/// Reads a whole store: every record, every manifest, every pack and every content in it.
struct StoreVerifier: Sendable {
    let store: any CacheStore
    let width: Int

    private var reader: EntryReader { EntryReader(store: store) }

    func run() async throws -> VerifyReport {
        var report = VerifyReport()
        var packs: [Manifest.Pack: Set<Manifest.Blob>] = [:]
        var users: [String: Set<String>] = [:]
        var manifests: Set<String> = []
        for info in try await store.listObjects(prefix: StoreLayout.keys) {
            try Task.checkCancellation()
            do throws(CacheError) {
                guard let record = try await reader.record(named: info.name) else { continue }
                report.entries += 1
                manifests.formUnion(record.manifestNames)
                let manifest = try await reader.countedManifest(of: record)
                add(manifest, to: &packs)
                for pack in manifest.packs { users[pack.name, default: []].insert(info.name) }
                _ = try await reader.sources(of: record)
            } catch {
                guard error.code == .damaged else { throw error }
                report.problems.append("'\(info.name)': \(error)")
                report.brokenEntries.append(info.name)
            }
        }
        let bad = try await check(packs, &report)
        let broken = bad.flatMap { users[$0] ?? [] }
        report.brokenEntries = Set(report.brokenEntries + broken).sorted()
        let known = Set(packs.keys.map(\.name))
        try await checkOthers(StoreLayout.packs, counted: known, sound: known, bad, &report)
        try await checkOthers(StoreLayout.manifests, counted: [], sound: [], manifests, &report)
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

    /// Reads the packs.
    ///
    /// - Returns: the names of those that do not hold what the manifests say.
    private func check(
        _ packs: [Manifest.Pack: Set<Manifest.Blob>],
        _ report: inout VerifyReport
    ) async throws -> Set<String> {
        let work = packs.sorted { $0.key.name < $1.key.name }
        var bad: Set<String> = []
        try await withThrowingTaskGroup(of: (name: String, problem: String)?.self) { tasks in
            func take(_ found: (name: String, problem: String)?) {
                guard let found else { return }
                bad.insert(found.name)
                report.problems.append(found.problem)
            }
            for (started, (pack, blobs)) in work.enumerated() {
                if started >= width { take(try await tasks.next() ?? nil) }
                try Task.checkCancellation()
                tasks.addTask { try await problem(in: pack, blobs).map { (pack.name, $0) } }
                report.objects += 1
                report.bytes = report.bytes.plus(pack.storedSize)
            }
            for try await found in tasks { take(found) }
        }
        return bad
    }

    /// What is wrong with a pack, or `nil`.
    private func problem(
        in pack: Manifest.Pack,
        _ blobs: Set<Manifest.Blob>
    ) async throws -> String? {
        do throws(CacheError) {
            let stored = try await reader.readVerified(
                pack.name,
                pack.digest,
                limit: Limits.packStored
            )
            let tar = try pack.codec.decode(stored, limit: pack.contentSize)
            guard tar.count == pack.contentSize else {
                return "'\(pack.name)' does not hold what the manifest says"
            }
            for blob in blobs {
                let range = blob.offset..<blob.offset + blob.size
                guard ContentDigest(of: tar, range) == blob.digest else {
                    return "'\(pack.name)' holds another content at \(blob.offset) than it should"
                }
            }
            return nil
        } catch {
            guard error.code == .damaged else { throw error }
            return error.description
        }
    }

    /// Objects that are not known to be sound: garbage, but it must still be what its name promises.
    ///
    /// `sound` have been read already; what is wrong with those in `reported` need not be told again;
    /// those in `counted` are in the report.
    private func checkOthers(
        _ prefix: String,
        counted: Set<String>,
        sound: Set<String>,
        _ reported: Set<String>,
        _ report: inout VerifyReport
    ) async throws {
        for info in try await store.listObjects(prefix: prefix)
        where !sound.contains(info.name) || reported.contains(info.name) {
            try Task.checkCancellation()
            let isNew = !reported.contains(info.name)
            if !counted.contains(info.name) {
                report.objects += 1
                report.bytes = report.bytes.plus(info.size)
            }
            guard let name = ObjectName(info.name), let digest = name.content?.digest else {
                continue
            }
            do throws(CacheError) {
                _ = try await reader.readVerified(info.name, digest, limit: name.limit)
            } catch {
                guard error.code == .damaged else { throw error }
                report.damagedObjects.append(info.name)
                if isNew { report.problems.append(error.description) }
            }
        }
    }
}
