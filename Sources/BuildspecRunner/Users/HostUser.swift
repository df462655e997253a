#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Musl)
    internal import Musl
#else
    internal import Darwin
#endif

/// The user of this machine that runs the build.
package enum HostUser {
    /// Returns the name for `CODEBUILD_INITIATOR`: the host variables' value, else the account's name.
    ///
    /// - Parameter environment: The host's environment variables.
    /// - Returns: The value of `USER` or `LOGNAME`, else `effectiveName()`.
    static func name(_ environment: [String: String]) -> String {
        for variable in ["USER", "LOGNAME"] {
            if let name = environment[variable], !name.isEmpty { return name }
        }
        return effectiveName()
    }

    /// Returns the home of the account that processes run as, whatever `HOME` is.
    static func home() -> String? {
        UserAccount(named: effectiveName())?.home
    }

    /// Returns the name of the account that processes run as, or its number if it has no name.
    package static func effectiveName() -> String {
        let user = geteuid()
        var entry = unsafe passwd()
        var found: UnsafeMutablePointer<passwd>?
        var buffer = [CChar](repeating: 0, count: 16_384)
        let result = unsafe getpwuid_r(user, &entry, &buffer, buffer.count, &found)
        guard result == 0, unsafe found != nil, let name = unsafe entry.pw_name else {
            return String(user)
        }
        return unsafe String(cString: name)
    }
}
