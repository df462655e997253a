extension Array where Element: Sendable {
    /// Maps the blocks of this array in parallel, on the threads of the task's executor.
    ///
    /// The positions of the blocks depend on their size alone; the last block can be smaller.
    func mapBlocks<Value: Sendable>(
        of size: Int = 4096,
        _ transform: @escaping @Sendable (ArraySlice<Element>) -> Value
    ) async -> [Value] {
        guard count > size else { return [transform(self[...])] }
        return await withTaskGroup(of: (Int, Value).self) { tasks in
            let starts = stride(from: 0, to: count, by: size)
            for start in starts {
                tasks.addTask { (start, transform(self[start..<Swift.min(start + size, count)])) }
            }
            var values: [Int: Value] = [:]
            for await (start, value) in tasks { values[start] = value }
            return starts.compactMap { values[$0] }
        }
    }
}

/// Maps at most `width` items at once, until the first error or the end of the task, and returns
/// the results in the order of the items.
package func mapConcurrently<Item: Sendable, Value: Sendable>(
    _ items: [Item],
    width: Int,
    _ transform: @escaping @Sendable (Item) async throws -> Value
) async throws -> [Value] {
    try await withThrowingTaskGroup(of: (Int, Value).self) { tasks in
        var results = [Value?](repeating: nil, count: items.count)
        for (index, item) in items.enumerated() {
            if index >= width, let (done, value) = try await tasks.next() { results[done] = value }
            try Task.checkCancellation()
            tasks.addTask { (index, try await transform(item)) }
        }
        for try await (done, value) in tasks { results[done] = value }
        return results.compactMap(\.self)
    }
}
