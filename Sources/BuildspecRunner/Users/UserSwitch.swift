internal import Subprocess
internal import SystemPackage

/// Starting a program as another user.
enum UserSwitch {
    /// The program that becomes the user and then the program, where one is needed and there is none.
    static var missing: String? {
        #if os(Linux)
            program == nil ? "setpriv" : nil
        #else
            nil
        #endif
    }

    /// Lets a launch begin as the user of the build and become its own user.
    ///
    /// On Linux `setpriv` of util-linux does it, in the process itself. The process library's own way
    /// calls the C library's `setuid` in a child that shares nothing but a copy of the parent's list
    /// of threads; it waits there, now and then for ever, for threads that the child does not have.
    static func applied(to launch: ProcessSpec) -> ProcessSpec {
        #if os(Linux)
            guard let user = launch.user, let program else { return launch }
            return ProcessSpec(
                program: program,
                arguments: arguments(user) + ["--", launch.program.string] + launch.arguments,
                directory: launch.directory,
                user: nil
            )
        #else
            return launch
        #endif
    }

    #if os(Linux)
        /// The arguments with which `setpriv` becomes a user.
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
    /// A session of its own, and the user if `UserSwitch` left that to the process library.
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
