package import SystemPackage

/// What a repository is called, however it is reached: host, owner and name.
///
/// `https://user:token@Example.com:8443/team/shop.git` and `git@example.com:team/shop` are both
/// `example.com/team/shop`. Scheme, user, password, port and `.git` say how one gets there, not whose it
/// is. A repository on this machine is `git:MACHINE/path`, because other machines have other
/// repositories in that place; so is one that a server on this machine has, port included.
package struct RepositoryName: Sendable, Equatable {
    /// The name.
    package let text: String

    /// Hosts that a forge has for SSH on the port of HTTPS.
    private static let otherHosts = [
        "ssh.github.com": "github.com", "altssh.gitlab.com": "gitlab.com",
        "altssh.bitbucket.org": "bitbucket.org",
    ]

    /// Hosts whose paths begin with an owner, whoever asks.
    private static let forges: Set<String> = [
        "github.com", "gitlab.com", "bitbucket.org", "codeberg.org",
    ]

    /// Longer addresses are no name.
    private static let longest = 1_024

    /// Reads what git has as a remote's address; `nil` for what is none, or tells no place.
    ///
    /// - Parameters:
    ///   - url: a URL, an address as `scp` takes it, or a path.
    ///   - directory: what a relative path counts from.
    ///   - machine: this machine's name.
    ///   - user: who this is on hosts where nobody is named.
    package init?(
        _ url: String,
        in directory: FilePath,
        on machine: String,
        as user: String = HostUser.effectiveName()
    ) {
        guard !url.isEmpty, url.utf8.count <= RepositoryName.longest,
            !url.unicodeScalars.contains(where: { $0.value < 0x20 || $0.value == 0x7F })
        else { return nil }
        if let mark = url.firstRange(of: "::"), mark.lowerBound > url.startIndex,
            url[..<mark.lowerBound].allSatisfy({ $0.isLetter || $0.isNumber || $0 == "-" })
        {
            // A program that gets it; only of one is known what its addresses say.
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
        // As git tells them apart: a colon with no slash before it, and not `C:\`.
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

    /// The word before `://`; `nil` where there is none.
    private static func scheme(of url: String) -> Substring? {
        guard let mark = url.firstRange(of: "://") else { return nil }
        let scheme = url[..<mark.lowerBound]
        let isOne = scheme.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "+"), UInt8(ascii: "-"),
                UInt8(ascii: "."):
                true
            default: false
            }
        }
        return isOne && !scheme.isEmpty ? scheme : nil
    }

    /// The colon behind the host of an address as `scp` takes it; a host may be in brackets.
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

    /// What comes behind `scheme://`.
    private init?(location: Substring, _ machine: String, _ user: String) {
        let authority = location.prefix { !"/?#".contains($0) }
        let path = location.dropFirst(authority.count).prefix { !"?#".contains($0) }
        let isFromHome = path.hasPrefix("/~/")
        self.init(authority: authority, path: path, isFromHome: isFromHome, machine, user)
    }

    /// What git-remote-codecommit takes: `codecommit://profile@name`, the region in front or not.
    ///
    /// The profile says who asks, and is left out.
    private init?(codeCommit address: Substring, in region: Substring?) {
        let name = address.split(separator: "@").last ?? ""
        guard !name.isEmpty, !name.contains(where: \.isMark),
            region?.contains(where: \.isMark) != true,
            region?.isEmpty != true
        else { return nil }
        let parts = [RepositoryName.codeCommit, region.map { $0.lowercased() }, String(name)]
        text = parts.compactMap(\.self).joined(separator: "/")
    }

    private static let codeCommit = "codecommit"

    /// A path on a host; `isFromHome` says whether it begins in the user's home directory, where the host
    /// has accounts of people.
    private init?(
        authority: Substring,
        path: Substring,
        isFromHome: Bool,
        _ machine: String,
        _ own: String
    ) {
        let at = authority.lastIndex(of: "@")
        var user = at.map { authority[..<$0].prefix { $0 != ":" } } ?? ""
        let place = at.map { authority[authority.index(after: $0)...] } ?? authority
        guard let (found, port) = RepositoryName.host(place) else { return nil }
        let host = RepositoryName.otherHosts[found] ?? found
        if user.isEmpty, !RepositoryName.forges.contains(host) { user = own[...] }
        var names = path.split(separator: "/").map(String.init)
        // The home directories of two people are two places; that of the user 'git' is the forge.
        if isFromHome, !user.isEmpty, user != "git" {
            if names.first == "~" { names.removeFirst() }
            names.insert("~\(user)", at: 0)
        }
        RepositoryName.dropSuffix(&names)
        guard !names.isEmpty else { return nil }
        let isHere = RepositoryName.isThisMachine(host)
        let start = isHere ? ["git:" + machine, host + port] : [host]
        text = (start + names).joined(separator: "/")
    }

    /// Whether a host's name means the machine that asks.
    private static func isThisMachine(_ host: String) -> Bool {
        if host.hasPrefix("[") {
            // `::1` and `::`, however many zeros are written, and IPv4 within IPv6.
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

    /// The host of `host:port` in small letters, and the port with its colon; `nil` for anything else.
    private static func host(_ place: Substring) -> (name: String, port: String)? {
        var place = place
        // `[host:port]:path` and `[::1]:port`.
        if place.hasPrefix("[") {
            guard let end = place.firstIndex(of: "]") else { return nil }
            let inner = place[place.index(after: place.startIndex)..<end]
            let rest = place[place.index(after: end)...]
            guard rest.isEmpty || rest.hasPrefix(":") else { return nil }
            if inner.count(where: { $0 == ":" }) > 1 {
                return ("[\(inner.lowercased())]", String(rest))
            }
            place = inner + rest
        }
        let host = place.prefix { $0 != ":" }
        let port = place.dropFirst(host.count).drop { $0 == ":" }
        // What is no port may be a part of a password.
        guard port.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
        var name = host.lowercased()
        while name.hasSuffix(".") { name.removeLast() }
        return name.isEmpty ? nil : (name, port.isEmpty ? "" : ":\(port)")
    }

    private init?(path: Substring, in directory: FilePath, on machine: String) {
        guard !path.isEmpty else { return nil }
        let place = directory.pushing(FilePath(String(path))).lexicallyNormalized()
        var names = place.components.map(\.string)
        RepositoryName.dropSuffix(&names)
        text = "git:" + ([machine] + names).joined(separator: "/")
    }

    /// Takes `.git` from the end, as a suffix and as a name.
    private static func dropSuffix(_ names: inout [String]) {
        if names.count > 1, names.last == ".git" { names.removeLast() }
        guard let last = names.last, last.hasSuffix(".git"), last != ".git" else { return }
        names[names.count - 1] = String(last.dropLast(4))
    }
}

extension Character {
    /// Whether it is one that separates the parts of an address.
    fileprivate var isMark: Bool { "/:@?#".contains(self) }
}
