/// A regular expression that says whether it is found in a text, in bounded time.
///
/// It has the syntax of RE2, in which CodeBuild's agent, a Go program, most likely reads the pattern of
/// `on-failure: RETRY-<pattern>`, without `\p{…}` and `\Q…\E`. No text makes it go back: all ways to match
/// are followed at once, so the time is at most that of the text's length by the expression's size.
/// Source: Ken Thompson, "Regular Expression Search Algorithm" (1968); re2/wiki/Syntax.
package struct SearchExpression: Sendable {
    /// Why a pattern is none.
    package struct Problem: Error, CustomStringConvertible {
        package var description: String
    }

    private let steps: [SearchStep]

    /// Reads a pattern.
    ///
    /// - Throws: `Problem`.
    package init(_ pattern: String) throws(Problem) {
        var parser = SearchParser(pattern)
        var program = SearchProgram()
        try program.append(parser.parse())
        steps = program.steps + [.match]
    }

    /// Whether it is found anywhere in a text.
    ///
    /// - Throws: `CancellationError` when the task was cancelled.
    package func isFound(in text: String) throws -> Bool {
        var run = Run(steps)
        var previous: Unicode.Scalar?
        for scalar in text.unicodeScalars {
            try Task.checkCancellation()
            if run.enter(between: previous, scalar) { return true }
            run.take(scalar)
            previous = scalar
        }
        return run.enter(between: previous, nil)
    }
}

/// A step of the program that an expression becomes.
enum SearchStep: Sendable {
    /// Takes one scalar.
    case take(ScalarSet)
    /// Goes on only at such a place.
    case check(SearchPlace)
    /// Goes on at both steps.
    case fork(Int, Int)
    /// Goes on at another step.
    case jump(Int)
    /// The expression was found.
    case match
}

/// A place between two scalars.
enum SearchPlace: Sendable {
    case textStart, textEnd, lineStart, lineEnd, wordEdge, notWordEdge

    func holds(between left: Unicode.Scalar?, _ right: Unicode.Scalar?) -> Bool {
        switch self {
        case .textStart: left == nil
        case .textEnd: right == nil
        case .lineStart: left == nil || left == "\n"
        case .lineEnd: right == nil || right == "\n"
        case .wordEdge: isEdge(left, right)
        case .notWordEdge: !isEdge(left, right)
        }
    }

    private func isEdge(_ left: Unicode.Scalar?, _ right: Unicode.Scalar?) -> Bool {
        (left.map(ScalarSet.words.contains) ?? false)
            != (right.map(ScalarSet.words.contains) ?? false)
    }
}

/// The search in one text: all steps that it may be at.
private struct Run {
    private let steps: [SearchStep]
    /// Steps that wait for the next scalar.
    private var waiting: [Int] = []
    /// Steps to go on at from here.
    private var open: [Int] = []
    /// At which place each step was last come to; each is gone on from once a place.
    private var visits: [Int]
    private var place = 0

    init(_ steps: [SearchStep]) {
        self.steps = steps
        visits = Array(repeating: 0, count: steps.count)
    }

    /// Goes on at a place, where another match may begin too, up to the next scalar.
    ///
    /// - Returns: whether the expression was found.
    mutating func enter(between left: Unicode.Scalar?, _ right: Unicode.Scalar?) -> Bool {
        place += 1
        open.append(0)
        while let step = open.popLast() {
            guard visits[step] != place else { continue }
            visits[step] = place
            switch steps[step] {
            case .take: waiting.append(step)
            case .check(let wanted) where wanted.holds(between: left, right): open.append(step + 1)
            case .check: break
            case .fork(let one, let other): open += [one, other]
            case .jump(let target): open.append(target)
            case .match: return true
            }
        }
        return false
    }

    /// Goes past a scalar.
    mutating func take(_ scalar: Unicode.Scalar) {
        for step in waiting {
            if case .take(let set) = steps[step], set.contains(scalar) { open.append(step + 1) }
        }
        waiting.removeAll(keepingCapacity: true)
    }
}
