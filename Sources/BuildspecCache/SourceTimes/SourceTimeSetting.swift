internal import BuildspecFiles

/// A setter of the times of source files that have not changed since they were compared.
struct SourceTimeSetting: Sendable {
    typealias Change = (index: Int, time: FileTime)

    let roots: TreeRoots
    let width: Int

    private struct PartResult: Sendable {
        var statuses: [(index: Int, status: FileStatus)] = []
        var failures: [String] = []
    }

    /// Sets the times and updates the statuses of `files`; returns a line for each failure.
    func apply(
        _ changes: [Change],
        _ entries: [WalkedEntry],
        _ files: inout [Int: SourceDigests.HashedFile]
    ) async -> [String] {
        let statuses = files.mapValues(\.status)
        var failures: [String] = []
        await withTaskGroup(of: PartResult.self) { tasks in
            let size = max(64, changes.count / (4 * width))
            for start in stride(from: 0, to: changes.count, by: size) {
                let part = changes[start..<min(start + size, changes.count)]
                tasks.addTask { apply(part, entries, statuses) }
            }
            for await result in tasks {
                failures += result.failures
                for (index, status) in result.statuses { files[index]?.status = status }
            }
        }
        return failures.sorted()
    }

    private func apply(
        _ changes: ArraySlice<Change>,
        _ entries: [WalkedEntry],
        _ statuses: [Int: FileStatus]
    ) -> PartResult {
        var reader = TreeReader(roots)
        var result = PartResult()
        for (index, time) in changes {
            let expected = statuses[index] ?? entries[index].status
            do throws(FileError) {
                let file = try reader.open(entries[index])
                guard try file.status() == expected else {
                    result.failures.append("'\(entries[index].path.text)' is being changed")
                    continue
                }
                try file.setModified(time)
                result.statuses.append((index, try file.status()))
            } catch {
                result.failures.append(error.description)
            }
        }
        return result
    }
}
