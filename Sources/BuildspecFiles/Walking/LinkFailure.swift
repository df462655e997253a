/// The error that a link which a pattern matches leads to nothing that can be read.
package struct LinkFailure: Error, CustomStringConvertible {
    package enum Reason: Sendable, Equatable {
        case missingTarget(PathBytes)
        case unreadable(PathBytes, why: String)
        case cycle
        case outsideRoot
        case tooManyNames(limit: Int)
    }

    package var path: PathBytes
    package var reason: Reason

    package var description: String {
        switch reason {
        case .missingTarget(let target):
            "'\(path.text)' is a symbolic link to '\(target.text)', which does not exist"
        case .unreadable(let target, let why):
            "'\(path.text)' is a symbolic link to '\(target.text)', which cannot be read: \(why)"
        case .cycle: "'\(path.text)' is a symbolic link that leads in a circle"
        case .outsideRoot: "'\(path.text)' leads out of the sources"
        case .tooManyNames(let limit):
            "symbolic links lead to more than \(limit) files and directories, such as '\(path.text)'; "
                + "name fewer files"
        }
    }

    init(path: PathBytes, reason: Reason) {
        self.path = path
        self.reason = reason
    }

    /// Finds the first link in a path that cannot be resolved; `nil` if no link is the cause.
    init?(on path: PathBytes, _ error: FileError) {
        var prefix = PathBytes("/")
        for name in path.components {
            guard let directory = try? DirectoryHandle.open(prefix),
                let status = try? directory.status(name)
            else { return nil }
            prefix = prefix.appending(name)
            guard status.kind == .link else { continue }
            do throws(FileError) {
                _ = try Machine.absolute(prefix)
            } catch {
                guard error.code != .isLink else {
                    self.init(path: prefix, reason: .cycle)
                    return
                }
                guard let target = (try? directory.linkTarget(name)).map(PathBytes.init) else {
                    return nil
                }
                let isMissing = error.code == .notFound || error.code == .notDirectory
                self.init(
                    path: prefix,
                    reason: isMissing
                        ? .missingTarget(target) : .unreadable(target, why: error.reason)
                )
                return
            }
        }
        return nil
    }
}
