/// Reads a whole store: every record, every manifest, every pack and every content in it.
struct StoreVerifier: Sendable {
    let store: any CacheStore
    let width: Int

    private var reader: EntryReader { EntryReader(store: store) }

    func run() async throws -> VerifyReport {
        var report = VerifyReport()
        var packs: [Manifest.Pack: Set<Manifest.Piece>] = [:]
        for info in try await store.list(prefix: StoreLayout.keys) {
            do throws(CacheError) {
                guard let record = try await reader.record(named: info.name) else { continue }
                report.entries += 1
                let manifest = try await reader.manifest(of: record)
                report.objects += 1
                add(manifest, to: &packs)
            } catch {
                guard error.code == .damaged else { throw error }
                report.problems.append("'\(info.name)': \(error)")
            }
        }
        try await check(packs, &report)
        try await checkUnreferenced(packs, &report)
        report.problems.sort()
        return report
    }

    private func add(_ manifest: Manifest, to packs: inout [Manifest.Pack: Set<Manifest.Piece>]) {
        for pack in manifest.packs { packs[pack, default: []].formUnion([]) }
        for entry in manifest.entries {
            guard case .file(_, let pieces) = entry.kind else { continue }
            for var piece in pieces {
                let pack = manifest.packs[piece.pack]
                piece.pack = 0
                packs[pack, default: []].insert(piece)
            }
        }
    }

    private func check(
        _ packs: [Manifest.Pack: Set<Manifest.Piece>],
        _ report: inout VerifyReport
    ) async throws {
        let work = packs.sorted { $0.key.name < $1.key.name }
        try await withThrowingTaskGroup(of: String?.self) { tasks in
            for (started, (pack, pieces)) in work.enumerated() {
                if started >= width, let problem = try await tasks.next() ?? nil {
                    report.problems.append(problem)
                }
                tasks.addTask { try await problem(in: pack, pieces) }
                report.objects += 1
                report.bytes += pack.storedSize
            }
            for try await problem in tasks {
                if let problem { report.problems.append(problem) }
            }
        }
    }

    /// What is wrong with a pack, or `nil`.
    private func problem(
        in pack: Manifest.Pack,
        _ pieces: Set<Manifest.Piece>
    ) async throws -> String? {
        do throws(CacheError) {
            let stored = try await reader.verified(
                pack.name,
                pack.digest,
                limit: Limits.packStored
            )
            let tar = try pack.codec.decode(stored, limit: pack.contentSize)
            guard tar.count == pack.contentSize else {
                return "'\(pack.name)' does not hold what the manifest says"
            }
            for piece in pieces {
                let range = piece.offset..<piece.offset + piece.size
                guard ContentDigest(of: tar, range) == piece.digest else {
                    return "'\(pack.name)' holds another content at \(piece.offset) than it should"
                }
            }
            return nil
        } catch {
            guard error.code == .damaged else { throw error }
            return error.description
        }
    }

    /// Objects that no entry refers to: garbage, but it must still be what its name promises.
    private func checkUnreferenced(
        _ packs: [Manifest.Pack: Set<Manifest.Piece>],
        _ report: inout VerifyReport
    ) async throws {
        let seen = Set(packs.keys.map(\.name))
        for info in try await store.list(prefix: StoreLayout.packs) where !seen.contains(info.name)
        {
            report.objects += 1
            report.bytes += info.size
            guard let content = StoreLayout.content(ofName: info.name) else {
                report.problems.append("'\(info.name)' is not a name that this program gives")
                continue
            }
            do throws(CacheError) {
                _ = try await reader.verified(info.name, content.digest, limit: Limits.packStored)
            } catch {
                guard error.code == .damaged else { throw error }
                report.problems.append(error.description)
            }
        }
    }
}
