/// Works on all items, at most `width` of them at once; the first error ends it, and so does the end of
/// the task.
///
/// - Parameters:
///   - items: the items.
///   - width: how many at once, at least 1.
///   - work: the work on one.
/// - Returns: the results in the order of the items.
/// - Throws: what the work throws.
func concurrently<Item: Sendable, Value: Sendable>(
    _ items: [Item],
    width: Int,
    _ work: @escaping @Sendable (Item) async throws -> Value
) async throws -> [Value] {
    try await withThrowingTaskGroup(of: (Int, Value).self) { tasks in
        var results = [Value?](repeating: nil, count: items.count)
        for (index, item) in items.enumerated() {
            if index >= width, let (done, value) = try await tasks.next() { results[done] = value }
            try Task.checkCancellation()
            tasks.addTask { (index, try await work(item)) }
        }
        for try await (done, value) in tasks { results[done] = value }
        return results.compactMap(\.self)
    }
}
