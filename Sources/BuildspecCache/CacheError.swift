/// A cache operation that could not be done, or an object that is not what its name promises.
public struct CacheError: Error, Sendable, Equatable, CustomStringConvertible {
    /// The reasons that callers decide by.
    public enum Code: Sendable, Equatable {
        /// An object is missing, damaged or not what it claims to be; the cure is a fresh save.
        case damaged
        /// The policy does not accept the entry.
        case refused
        /// The store cannot be read or written.
        case store
        /// What the entry needs is in a shared store that was given up, which the store has said.
        case outOfReach
        /// The tree that is saved or restored cannot be used.
        case tree
        /// The request itself makes no sense.
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

    /// What to say of damage that makes a miss.
    ///
    /// - Parameter error: what was found.
    /// - Returns: a line; it promises nothing where only people can help.
    static func noteOfMiss(_ error: any Error) -> String {
        let text = "\(error)"
        return text.hasSuffix(StoreError.byHand) ? text : text + "; the next save repairs it"
    }

    /// Whether the entry just counts as one that is not there.
    var isMiss: Bool { [.damaged, .refused, .outOfReach].contains(code) }

    /// An object that no reader believes is damaged; everything else is the store's trouble.
    init(_ error: StoreError, reading name: String) {
        let what = ObjectName(name)?.kind == .record ? "the key record" : "'\(name)'"
        switch error.code {
        case .inTheWay: self = .damaged(error.description)
        case .tooLarge: self = .damaged("\(what) is too large")
        case .noFile: self = .damaged("\(what) is a pipe, a directory or a link")
        default: self.init(error)
        }
    }

    init(_ error: StoreError) {
        self.init(error.code == .outOfReach ? .outOfReach : .store, error.description)
    }
}
