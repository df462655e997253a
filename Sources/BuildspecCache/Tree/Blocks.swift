/// Splits up work on a long list.
extension Array where Element: Sendable {
    /// Does something with the blocks of this array side by side, on the threads of the task's executor.
    ///
    /// Where blocks begin depends on nothing but their size.
    ///
    /// - Parameters:
    ///   - size: how many elements a block has; the last one has fewer.
    ///   - body: does it.
    /// - Returns: what `body` gives, in the order of the blocks.
    func mapBlocks<Value: Sendable>(
        of size: Int = 4096,
        _ body: @escaping @Sendable (ArraySlice<Element>) -> Value
    ) async -> [Value] {
        guard count > size else { return [body(self[...])] }
        return await withTaskGroup(of: (Int, Value).self) { tasks in
            let starts = stride(from: 0, to: count, by: size)
            for start in starts {
                tasks.addTask { (start, body(self[start..<Swift.min(start + size, count)])) }
            }
            var values: [Int: Value] = [:]
            for await (start, value) in tasks { values[start] = value }
            return starts.compactMap { values[$0] }
        }
    }
}
