/// The owner of the files that a restore makes.
public struct TreeOwner: Sendable, Equatable {
    /// The user's number.
    public var user: UInt32
    /// The group's number.
    public var group: UInt32

    /// Creates an owner from a user and a group.
    public init(user: UInt32, group: UInt32) {
        self.user = user
        self.group = group
    }
}
