internal import BuildspecFiles

/// Sets the times of source files, each only if it is still the file that was looked at.
struct SourceTimeSetting: Sendable {
    typealias Change = (place: Int, time: FileTime)

    let roots: TreeRoots
    let width: Int

    private struct Done: Sendable {
        var statuses: [(place: Int, status: FileStatus)] = []
        var failures: [String] = []
    }

    /// Sets the times.
    ///
    /// - Parameters:
    ///   - changes: what to set, in order of place.
    ///   - entries: the tree.
    ///   - seen: the statuses that the decision rests on, by place; brought up to date.
    /// - Returns: what could not be set, one line each.
    func apply(
        _ changes: [Change],
        _ entries: [WalkedEntry],
        _ seen: inout [Int: SourceDigests.Seen]
    ) async -> [String] {
        let statuses = seen.mapValues(\.status)
        var failures: [String] = []
        await withTaskGroup(of: Done.self) { tasks in
            let size = max(64, changes.count / (4 * width))
            for start in stride(from: 0, to: changes.count, by: size) {
                let part = changes[start..<min(start + size, changes.count)]
                tasks.addTask { apply(part, entries, statuses) }
            }
            for await done in tasks {
                failures += done.failures
                for (place, status) in done.statuses { seen[place]?.status = status }
            }
        }
        return failures.sorted()
    }

    private func apply(
        _ changes: ArraySlice<Change>,
        _ entries: [WalkedEntry],
        _ statuses: [Int: FileStatus]
    ) -> Done {
        var reader = TreeReader(roots)
        var done = Done()
        for (place, time) in changes {
            let expected = statuses[place] ?? entries[place].status
            do throws(FileError) {
                let file = try reader.open(entries[place])
                guard try file.status() == expected else {
                    done.failures.append("'\(entries[place].path.text)' is just being changed")
                    continue
                }
                try file.setModified(time)
                done.statuses.append((place, try file.status()))
            } catch {
                done.failures.append(error.description)
            }
        }
        return done
    }
}
