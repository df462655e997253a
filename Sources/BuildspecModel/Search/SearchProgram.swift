/// What a `SearchExpression` consists of.
indirect enum SearchNode: Sendable {
    case take(ScalarSet)
    case check(SearchPlace)
    case sequence([SearchNode])
    case choice([SearchNode])
    /// `most` is `nil` for any number.
    case repetition(SearchNode, least: Int, most: Int?)
}

/// The steps of a `SearchExpression`, put one behind the other.
struct SearchProgram {
    /// How large it may become; a repetition is written out.
    static let limit = 10_000

    private(set) var steps: [SearchStep] = []
    private var work = 0

    /// Adds what a node means.
    ///
    /// - Throws: when that is too much.
    mutating func append(_ node: SearchNode) throws(SearchExpression.Problem) {
        // Nodes count, not steps alone: a repetition of nothing has none and takes its time.
        work += 1
        guard work <= SearchProgram.limit else {
            throw SearchExpression.Problem(description: "its repetitions make it too large")
        }
        switch node {
        case .take(let set): steps.append(.take(set))
        case .check(let place): steps.append(.check(place))
        case .sequence(let parts): for part in parts { try append(part) }
        case .choice(let parts): try append(choice: parts[...])
        case .repetition(let part, let least, let most):
            for _ in 0..<least { try append(part) }
            guard let most else { return try append(anyNumberOf: part) }
            for _ in least..<most { try append(optional: part) }
        }
    }

    private mutating func append(
        choice parts: ArraySlice<SearchNode>
    ) throws(SearchExpression.Problem) {
        var ends: [Int] = []
        for part in parts.dropLast() {
            let fork = reserve()
            try append(part)
            ends.append(reserve())
            steps[fork] = .fork(fork + 1, steps.count)
        }
        if let last = parts.last { try append(last) }
        for end in ends { steps[end] = .jump(steps.count) }
    }

    private mutating func append(
        anyNumberOf part: SearchNode
    ) throws(SearchExpression.Problem) {
        let fork = reserve()
        try append(part)
        steps.append(.jump(fork))
        steps[fork] = .fork(fork + 1, steps.count)
    }

    private mutating func append(optional part: SearchNode) throws(SearchExpression.Problem) {
        let fork = reserve()
        try append(part)
        steps[fork] = .fork(fork + 1, steps.count)
    }

    /// Makes room for a step whose target is not known yet.
    private mutating func reserve() -> Int {
        steps.append(.match)
        return steps.count - 1
    }
}
