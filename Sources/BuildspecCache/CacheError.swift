/// A cache operation that failed, or an object whose bytes do not match its name.
public struct CacheError: Error, Sendable, Equatable, CustomStringConvertible {
    /// A reason that a caller can react to.
    public enum Code: Sendable, Equatable {
        /// An object is missing, damaged or not what its name promises; a new save repairs it.
        case damaged
        /// The policy does not accept the entry.
        case refused
        /// The store cannot be read or written.
        case store
        /// An object of the entry is only in the shared store, whose failure was reported.
        case unreachable
        /// The tree that is saved or restored cannot be used.
        case tree
        /// The request is invalid.
        case request
    }

    /// The reason, for a decision.
    public var code: Code
    /// One line: what happened, where, and what to do.
    public var description: String

    /// Creates an error.
    public init(_ code: Code, _ description: String) {
        self.code = code
        self.description = description
    }

    static func damaged(_ description: String) -> CacheError { CacheError(.damaged, description) }

    static var memory: CacheError { CacheError(.tree, "there is not enough memory to compress") }

    /// Describes damage that causes a miss, and promises a repair unless only the user can make it.
    static func missNote(for error: any Error) -> String {
        let text = "\(error)"
        return text.hasSuffix(StoreError.manualRemovalHint)
            ? text : text + "; the next save repairs it"
    }

    /// Whether the error makes the entry a miss.
    var isMiss: Bool { [.damaged, .refused, .unreachable].contains(code) }

    /// Puts an object's name before the reason of damage, unless the text has it.
    func named(_ name: String) -> CacheError {
        guard code == .damaged, !description.contains(name) else { return self }
        return .damaged("'\(name)': \(description)")
    }

    /// Classifies the error of a read: an object that cannot be valid is damaged.
    init(_ error: StoreError, reading name: String) {
        switch error.code {
        case .blockedByDirectory: self = .damaged(error.description)
        case .tooLarge: self = .damaged("'\(name)' is too large")
        case .notAFile: self = .damaged("'\(name)' is a pipe, a directory or a link")
        default: self.init(error)
        }
    }

    init(_ error: StoreError) {
        self.init(error.code == .unreachable ? .unreachable : .store, error.description)
    }
}
