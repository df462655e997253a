package import SystemPackage

/// The name of a repository, the same for all its addresses: host, owner and name.
///
/// `https://user:token@Example.com:8443/team/shop.git` and `git@example.com:team/shop` are both
/// `example.com/team/shop`. Scheme, user, password, port and `.git` are only a way to the repository. A
/// repository on this machine is `git:MACHINE/path`, because other machines have other repositories at
/// that path. The same is true for a repository of a server on this machine, port included.
package struct RepositoryName: Sendable, Equatable {
    /// The name's text.
    package let text: String

    /// Host names of a forge for SSH on the port of HTTPS, with the forge's main host name.
    private static let hostAliases = [
        "ssh.github.com": "github.com", "altssh.gitlab.com": "gitlab.com",
        "altssh.bitbucket.org": "bitbucket.org",
    ]

    /// Hosts whose paths begin with an owner, for all users.
    private static let forges: Set<String> = [
        "github.com", "gitlab.com", "bitbucket.org", "codeberg.org",
    ]

    /// The longest address in bytes.
    private static let longestAddress = 1_024

    /// Derives the name from a remote's address: a URL, an address as `scp` takes it, or a path.
    ///
    /// The result is `nil` for an address without host or path. `user` is the one on hosts for which the
    /// address names none.
    package init?(
        _ url: String,
        in directory: FilePath,
        on machine: String,
        as user: String = HostUser.effectiveName()
    ) {
        guard !url.isEmpty, url.utf8.count <= RepositoryName.longestAddress,
            !url.unicodeScalars.contains(where: { $0.value < 0x20 || $0.value == 0x7F })
        else { return nil }
        if let mark = url.firstRange(of: "::"), mark.lowerBound > url.startIndex,
            url[..<mark.lowerBound].allSatisfy({ $0.isLetter || $0.isNumber || $0 == "-" })
        {
            // `PROGRAM::ADDRESS` names a remote helper; of these, only git-remote-codecommit's addresses are known.
            guard url[..<mark.lowerBound] == RepositoryName.codeCommit,
                let rest = url[mark.upperBound...].firstRange(of: "://")
            else { return nil }
            let region = url[mark.upperBound..<rest.lowerBound]
            self.init(codeCommit: url[rest.upperBound...], in: region)
            return
        }
        if let scheme = RepositoryName.scheme(of: url) {
            let rest = url.dropFirst(scheme.utf8.count + 3)
            switch scheme.lowercased() {
            case "file": self.init(path: rest.drop { $0 != "/" }, in: directory, on: machine)
            case RepositoryName.codeCommit: self.init(codeCommit: rest, in: nil)
            default: self.init(location: rest, machine, user)
            }
            return
        }
        // As in git, an address of `scp` has a colon with no slash before it, and is not `C:\`.
        guard let colon = RepositoryName.colon(in: url), !url[..<colon].contains("/"),
            url[..<colon].utf8.count > 1
        else {
            self.init(path: url[...], in: directory, on: machine)
            return
        }
        let path = url[url.index(after: colon)...]
        let isFromHome = !path.hasPrefix("/")
        self.init(authority: url[..<colon], path: path, isFromHome: isFromHome, machine, user)
    }

    /// Returns the scheme before `://`; `nil` for an address without one.
    private static func scheme(of url: String) -> Substring? {
        guard let mark = url.firstRange(of: "://") else { return nil }
        let scheme = url[..<mark.lowerBound]
        let isValid = scheme.allSatisfy { character in
            character.isASCII
                && (character.isLetter || character.isNumber || "+-.".contains(character))
        }
        return isValid && !scheme.isEmpty ? scheme : nil
    }

    /// Returns the colon after the host of an address as `scp` takes it; a host may be in brackets.
    private static func colon(in address: String) -> String.Index? {
        var isInBrackets = false
        for index in address.indices {
            switch address[index] {
            case "[": isInBrackets = true
            case "]": isInBrackets = false
            case ":" where !isInBrackets: return index
            default: break
            }
        }
        return nil
    }

    /// Derives the name from the part of a URL after `scheme://`.
    private init?(location: Substring, _ machine: String, _ user: String) {
        let authority = location.prefix { !"/?#".contains($0) }
        let path = location.dropFirst(authority.count).prefix { !"?#".contains($0) }
        let isFromHome = path.hasPrefix("/~/")
        self.init(authority: authority, path: path, isFromHome: isFromHome, machine, user)
    }

    /// Derives the name from an address of git-remote-codecommit: `codecommit://profile@name`, with or
    /// without a region before.
    ///
    /// The profile only selects credentials, and is left out.
    private init?(codeCommit address: Substring, in region: Substring?) {
        let name = address.split(separator: "@").last ?? ""
        guard !name.isEmpty, !name.contains(where: \.isSeparator),
            region?.contains(where: \.isSeparator) != true,
            region?.isEmpty != true
        else { return nil }
        let parts = [RepositoryName.codeCommit, region.map { $0.lowercased() }, String(name)]
        text = parts.compactMap(\.self).joined(separator: "/")
    }

    private static let codeCommit = "codecommit"

    /// Derives the name from a host and a path, which may begin in the user's home directory.
    private init?(
        authority: Substring,
        path: Substring,
        isFromHome: Bool,
        _ machine: String,
        _ defaultUser: String
    ) {
        let at = authority.lastIndex(of: "@")
        var user = at.map { authority[..<$0].prefix { $0 != ":" } } ?? ""
        let address = at.map { authority[authority.index(after: $0)...] } ?? authority
        guard let (found, port) = RepositoryName.host(address) else { return nil }
        let host = RepositoryName.hostAliases[found] ?? found
        if user.isEmpty, !RepositoryName.forges.contains(host) { user = defaultUser[...] }
        var names = path.split(separator: "/").map(String.init)
        // Two users have two home directories, but the home of the user `git` is the forge's.
        if isFromHome, !user.isEmpty, user != "git" {
            if names.first == "~" { names.removeFirst() }
            names.insert("~\(user)", at: 0)
        }
        RepositoryName.dropSuffix(&names)
        guard !names.isEmpty else { return nil }
        let isLocal = RepositoryName.isThisMachine(host)
        let start = isLocal ? ["git:" + machine, host + port] : [host]
        text = (start + names).joined(separator: "/")
    }

    /// Returns whether a host's name means this machine.
    private static func isThisMachine(_ host: String) -> Bool {
        if host.hasPrefix("[") {
            // `::1` and `::`, with any number of zeros, and IPv4 in IPv6.
            let groups = host.dropFirst().dropLast().split(separator: ":")
            if groups.contains("ffff") {
                return groups.last?.hasPrefix("127.") == true
                    || groups.dropLast().last?.hasPrefix("7f") == true
            }
            return groups.dropLast().allSatisfy { Int($0) == 0 } && Int(groups.last ?? "0") ?? 2 < 2
        }
        let names = host.split(separator: ".")
        if names.first == "localhost" || names.last == "localhost" { return true }
        if ["0.0.0.0", "host.docker.internal", "host.containers.internal"].contains(host) {
            return true
        }
        return names.first == "127" && names.allSatisfy { UInt8($0) != nil }
    }

    /// Returns the host of `host:port` in lower case, and the port with its colon; `nil` for other text.
    private static func host(_ address: Substring) -> (name: String, port: String)? {
        var address = address
        // `[host:port]:path` and `[::1]:port`.
        if address.hasPrefix("[") {
            guard let end = address.firstIndex(of: "]") else { return nil }
            let inner = address[address.index(after: address.startIndex)..<end]
            let rest = address[address.index(after: end)...]
            guard rest.isEmpty || rest.hasPrefix(":") else { return nil }
            if inner.count(where: { $0 == ":" }) > 1 {
                return ("[\(inner.lowercased())]", String(rest))
            }
            address = inner + rest
        }
        let host = address.prefix { $0 != ":" }
        let port = address.dropFirst(host.count).drop { $0 == ":" }
        // Text that is not a port may be a part of a password.
        guard port.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
        var name = host.lowercased()
        while name.hasSuffix(".") { name.removeLast() }
        return name.isEmpty ? nil : (name, port.isEmpty ? "" : ":\(port)")
    }

    private init?(path: Substring, in directory: FilePath, on machine: String) {
        guard !path.isEmpty else { return nil }
        let absolute = directory.pushing(FilePath(String(path))).lexicallyNormalized()
        var names = absolute.components.map(\.string)
        RepositoryName.dropSuffix(&names)
        text = "git:" + ([machine] + names).joined(separator: "/")
    }

    /// Removes `.git` from the end, as a suffix and as a name.
    private static func dropSuffix(_ names: inout [String]) {
        if names.count > 1, names.last == ".git" { names.removeLast() }
        guard let last = names.last, last.hasSuffix(".git"), last != ".git" else { return }
        names[names.count - 1] = String(last.dropLast(4))
    }
}

extension Character {
    /// Whether the character separates the parts of an address.
    fileprivate var isSeparator: Bool { "/:@?#".contains(self) }
}
