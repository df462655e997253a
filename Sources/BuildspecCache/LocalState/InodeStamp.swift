internal import BuildspecFiles

/// The inode, device and time of last status change of a file.
///
/// With the size, mode and time in a manifest, a stamp identifies the state of a file.
struct InodeStamp: Sendable, Hashable {
    var inode: UInt64
    var device: UInt64
    /// The time of last status change, which programs cannot set back.
    var changed: FileTime

    init(_ status: FileStatus) {
        inode = status.inode
        device = status.device
        changed = status.changed
    }

    init(inode: UInt64, device: UInt64, changed: FileTime) {
        self.inode = inode
        self.device = device
        self.changed = changed
    }
}
