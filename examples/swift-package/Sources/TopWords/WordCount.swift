import HeapModule
import OrderedCollections

/// How often each word occurs, in the order of first occurrence.
public struct WordCount: Sendable {
    /// A word and how often it occurred.
    public struct Entry: Sendable, Equatable {
        /// The word, in lower case.
        public var word: String
        /// How often it occurred.
        public var count: Int

        /// Creates an entry.
        public init(word: String, count: Int) {
            self.word = word
            self.count = count
        }
    }

    private var counts: OrderedDictionary<String, Int> = [:]

    /// Creates a count of no words.
    public init() {}

    /// Counts the words of a text: runs of letters, digits and apostrophes, in lower case.
    public mutating func add(_ text: some StringProtocol) {
        let words = text.split { !($0.isLetter || $0.isNumber || $0 == "'") }
        for word in words {
            counts[word.lowercased(), default: 0] += 1
        }
    }

    /// How many different words there are.
    public var distinct: Int { counts.count }

    /// The `limit` most frequent words; of equally frequent ones, the first to occur.
    ///
    /// A heap of `limit` entries: the others are never sorted.
    public func top(_ limit: Int) -> [Entry] {
        guard limit > 0 else { return [] }
        var heap = Heap<Ranked>()
        for (position, element) in counts.enumerated() {
            heap.insert(Ranked(count: element.value, position: position, word: element.key))
            if heap.count > limit { heap.removeMin() }
        }
        var entries: [Entry] = []
        while let next = heap.popMax() {
            entries.append(Entry(word: next.word, count: next.count))
        }
        return entries
    }
}

private struct Ranked: Comparable {
    let count: Int
    let position: Int
    let word: String

    static func < (left: Self, right: Self) -> Bool {
        (left.count, right.position) < (right.count, left.position)
    }
}
