internal import Subprocess
internal import SystemPackage

/// Starting a program as another user.
enum UserSwitch {
    /// The name of the program that changes the user, if this machine needs that program and lacks it.
    static var missing: String? {
        #if os(Linux)
            program == nil ? "setpriv" : nil
        #else
            nil
        #endif
    }

    /// Returns a process that starts as the user of the build and then becomes its own user.
    ///
    /// On Linux `setpriv` of util-linux changes the user, in the process itself. The process library would
    /// call the C library's `setuid` in a child that has only a copy of the parent's list of threads. That
    /// call sometimes waits for ever for threads that the child does not have.
    static func applied(to spec: ProcessSpec) -> ProcessSpec {
        #if os(Linux)
            guard let user = spec.user, let program else { return spec }
            return ProcessSpec(
                program: program,
                arguments: arguments(user) + ["--", spec.program.string] + spec.arguments,
                directory: spec.directory,
                user: nil
            )
        #else
            return spec
        #endif
    }

    #if os(Linux)
        /// Returns the arguments with which `setpriv` becomes a user.
        static func arguments(_ user: UserAccount) -> [String] {
            let groups = user.groups.map { String($0) }.joined(separator: ",")
            return ["--reuid=\(user.userID)", "--regid=\(user.groupID)", "--groups=\(groups)"]
        }

        private static var program: FilePath? {
            ["/usr/bin/setpriv", "/bin/setpriv"].map { FilePath($0) }
                .first { FileProbe($0)?.isExecutable == true }
        }
    #endif
}

extension PlatformOptions {
    /// Creates options for a new session, and for a user that `UserSwitch` did not handle.
    init(runningAs user: UserAccount?) {
        self.init()
        createSession = true
        if let user {
            userID = user.userID
            groupID = user.groupID
            supplementaryGroups = user.groups
        }
    }
}
