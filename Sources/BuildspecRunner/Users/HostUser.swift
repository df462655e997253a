#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Musl)
    internal import Musl
#else
    internal import Darwin
#endif

/// Who runs the build.
package enum HostUser {
    /// The name for `CODEBUILD_INITIATOR`: what the host's environment says, else the account's.
    ///
    /// - Parameter environment: the host's environment.
    /// - Returns: the name.
    static func name(_ environment: [String: String]) -> String {
        for variable in ["USER", "LOGNAME"] {
            if let name = environment[variable], !name.isEmpty { return name }
        }
        return effectiveName()
    }

    /// The home of the account that processes run as, whatever the environment says.
    static func home() -> String? {
        UserAccount(named: effectiveName())?.home
    }

    /// The name of the account that processes run as; its number where it has none.
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
