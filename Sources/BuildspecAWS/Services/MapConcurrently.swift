/// Transforms all items, at most `width` of them at once.
///
/// - Parameters:
///   - items: The items.
///   - width: The most items at once, at least 1.
///   - transform: The work on one item.
/// - Returns: The results in the order of the items.
func mapConcurrently<Item: Sendable, Value: Sendable>(
    _ items: [Item],
    width: Int,
    _ transform: @escaping @Sendable (Item) async -> Value
) async -> [Value] {
    await withTaskGroup(of: (Int, Value).self) { group in
        var results = [Value?](repeating: nil, count: items.count)
        var next = 0
        while next < min(width, items.count) {
            group.addTask { [next] in (next, await transform(items[next])) }
            next += 1
        }
        while let (index, value) = await group.next() {
            results[index] = value
            guard next < items.count else { continue }
            group.addTask { [next] in (next, await transform(items[next])) }
            next += 1
        }
        return results.compactMap(\.self)
    }
}
