import BuildspecRunner
import SystemPackage
import TestSupport
import Testing

/// The scopes that a build saves and reads by default.
@Suite(.timed) struct `Default scopes` {
    private func scopes(
        _ url: String?,
        project: String? = nil,
        scope: String? = nil,
        reading: [String] = [],
        in directory: FilePath = "/home/me/app",
        change: UntrustedChange? = nil
    ) -> CacheScopes {
        CacheScopes(
            scope,
            reading: reading,
            project: project,
            source: SourceVersion(repositoryURL: url),
            directory: directory,
            change: change,
            machine: "box",
            user: "me"
        )
    }

    @Test(arguments: [
        "https://github.com/team/shop", "https://github.com/team/shop.git",
        "https://github.com/team/shop/", "https://github.com/team//shop.git/",
        "HTTPS://GitHub.COM:443/team/shop.git", "http://github.com:80/team/shop",
        "https://user:token@github.com/team/shop.git", "https://ghp_secret@github.com/team/shop",
        "https://github.com/team/shop?access_token=secret#x", "https://github.com./team/shop",
        "git@github.com:team/shop.git", "git@GitHub.com:team/shop", "github.com:team/shop.git",
        "git@github.com:/team/shop.git",
        "git@[github.com:22]:team/shop.git", "ssh://git@github.com/team/shop.git",
        "ssh://git@github.com:22/team/shop", "ssh://git:secret@github.com:2222/team/shop.git",
        "git+ssh://me@github.com/team/shop.git", "git://github.com/team/shop.git",
        "ssh://git@ssh.github.com:443/team/shop.git",
    ])
    func `every URL of a repository gives a default scope of host, owner and name`(url: String) {
        let found = scopes(url)
        #expect(found.own == "github.com/team/shop", "\(url)")
        #expect(found.readable == ["shop"], "\(url)")
        #expect(!"\(found)".contains("secret") && !"\(found)".contains("token"), "\(url)")
        #expect(found.note == nil)
    }

    @Test func `a scope of sources that git refuses has a note with the scope and the remedy`() {
        var source = SourceVersion()
        source.problem = "git says 'no'; trust it"
        let scopes = { (project: String?) in
            CacheScopes(
                nil,
                reading: [],
                project: project,
                source: source,
                directory: "/home/me/app",
                change: nil,
                machine: "box"
            )
        }
        #expect(
            scopes(nil).note
                == "the scope is 'dir:box/home/me/app', only of this directory: git says 'no'; trust it"
        )
        #expect(scopes("p").note == nil)
    }

    @Test func `a fork, another host, an account and a subgroup have different default scopes`() {
        let urls = [
            "https://github.com/team/shop", "https://github.com/fork/shop",
            "https://gitlab.com/team/shop", "https://gitlab.com/team/sub/shop",
            "alice@github.com:team/shop", "bob@github.com:team/shop",
            "ssh://alice@github.com/~/shop", "https://[::1]:8080/team/shop", "/srv/team/shop",
        ]
        #expect(Set(urls.map { scopes($0).own }).count == urls.count)
    }

    @Test(arguments: [
        ("/srv/git/shop.git", "git:box/srv/git/shop"), ("/srv/git/shop/", "git:box/srv/git/shop"),
        ("/srv/git/shop/.git", "git:box/srv/git/shop"), ("../shop.git", "git:box/home/me/shop"),
        ("file:///srv/git/shop.git", "git:box/srv/git/shop"),
        ("file://host/srv/shop.git", "git:box/srv/shop"), ("./a:b", "git:box/home/me/app/a:b"),
        ("C:/x", "git:box/home/me/app/C:/x"),
    ])
    func `the scope of a repository on this machine has the machine's name and the path`(
        url: String,
        expected: String
    ) {
        #expect(scopes(url).own == expected)
    }

    @Test(arguments: [
        ("http://localhost:3000/t/shop", "git:box/localhost:3000/t/shop"),
        ("http://localhost/t/shop.git", "git:box/localhost/t/shop"),
        ("http://user:secret@LOCALHOST:80/t/shop", "git:box/localhost:80/t/shop"),
        ("https://forge.localhost/t/shop", "git:box/forge.localhost/t/shop"),
        ("http://localhost.localdomain/shop", "git:box/localhost.localdomain/shop"),
        ("http://127.0.0.1:8080/t/shop", "git:box/127.0.0.1:8080/t/shop"),
        ("http://127.1/t/shop", "git:box/127.1/t/shop"),
        ("ssh://git@localhost/srv/shop.git", "git:box/localhost/srv/shop"),
        ("ssh://git@localhost:2222/srv/shop.git", "git:box/localhost:2222/srv/shop"),
        ("git@[localhost:2222]:t/shop", "git:box/localhost:2222/t/shop"),
        ("alice@localhost:shop", "git:box/localhost/~alice/shop"),
        ("https://[::1]:8080/t/shop", "git:box/[::1]:8080/t/shop"),
        ("https://[0:0:0:0:0:0:0:1]/t/shop", "git:box/[0:0:0:0:0:0:0:1]/t/shop"),
        ("https://[::ffff:127.0.0.1]/t/shop", "git:box/[::ffff:127.0.0.1]/t/shop"),
        ("http://0.0.0.0:3000/t/shop", "git:box/0.0.0.0:3000/t/shop"),
        ("http://host.docker.internal:3000/t/shop", "git:box/host.docker.internal:3000/t/shop"),
        // These are other machines.
        ("https://localhosts.org/t/shop", "localhosts.org/t/shop"),
        ("https://127.example.org/t/shop", "127.example.org/t/shop"),
        ("https://[fe80::1]/t/shop", "[fe80::1]/t/shop"),
        ("https://[::2]:80/t/shop", "[::2]/t/shop"),
    ])
    func `the scope of a server on this machine has the machine's name and the port`(
        url: String,
        expected: String
    ) {
        #expect(scopes(url).own == expected)
    }

    @Test(arguments: [
        ("host:shop", "host/~me/shop"), ("host:t/shop.git", "host/~me/t/shop"),
        ("ssh://host/~/shop", "host/~me/shop"), ("me@host:shop", "host/~me/shop"),
        ("git@host:shop", "host/shop"), ("host:/srv/shop", "host/srv/shop"),
        ("ssh://host/srv/shop", "host/srv/shop"), ("gitlab.com:t/shop", "gitlab.com/t/shop"),
    ])
    func `the scope of a repository in a home directory has the user's name`(
        url: String,
        expected: String
    ) {
        #expect(scopes(url).own == expected)
    }

    @Test(arguments: [
        ("codecommit://MyRepo", "codecommit/MyRepo"),
        ("codecommit://prof@MyRepo", "codecommit/MyRepo"),
        ("codecommit::eu-west-1://MyRepo", "codecommit/eu-west-1/MyRepo"),
        ("codecommit::eu-west-1://prof@MyRepo", "codecommit/eu-west-1/MyRepo"),
        ("codecommit://", "dir:box/home/me/app"), ("codecommit:://x", "dir:box/home/me/app"),
        ("codecommit::eu-west-1", "dir:box/home/me/app"),
        ("ext::ssh host shop", "dir:box/home/me/app"),
    ])
    func `the scope of a CodeCommit URL is the repository, and of other helpers the directory`(
        url: String,
        expected: String
    ) {
        #expect(scopes(url).own == expected)
    }

    @Test(arguments: [
        nil, "", "https://", "https:///x", "https://user:pa/ss@github.com/team/shop",
        "https://github.com:x@y/team/shop:z\n", "https://github.com/", "git@github.com:",
        "https://h/" + String(repeating: "x", count: 2_000),
    ])
    func `the scope without a usable origin is the directory on this machine`(url: String?) {
        let found = scopes(url)
        #expect(found.own == "dir:box/home/me/app", "\(url ?? "none")")
        #expect(scopes(url, in: "/home/you/app").own != found.own)
    }

    @Test func `the scope of earlier versions is read last and never saved`() {
        let url = "git@github.com:team/shop.git"
        #expect(scopes(url, reading: ["x", "shop"]).readable == ["x", "shop"])
        #expect(scopes(url, reading: ["x"]).readable == ["x", "shop"])
        #expect(scopes(nil).readable == ["app"])
        #expect(scopes(url, project: "p").readable == [])
        #expect(scopes(url, scope: "s", reading: ["x"]).readable == ["x"])
    }

    @Test func `a given project replaces the default scope, and a given scope replaces both`() {
        let change = UntrustedChange(name: "pr-7", reporter: "X")
        #expect(scopes("https://h/o/r", project: "p").own == "p")
        #expect(scopes("https://h/o/r", project: "p", change: change).own == "p#pr-7")
        let given = scopes("https://h/o/r", project: "p", scope: "s", change: change)
        #expect(given.own == "s" && given.readable == [] && given.note == nil)
    }

    @Test(arguments: ["https://github.com/team/shop", "https://github.com/fork/shop.git", nil])
    func `a fork's pull request has a separate scope and reads the repository's`(
        origin: String?
    ) throws {
        let change = UntrustedChange(
            name: "pr-7",
            reporter: "GitHub Actions",
            source: "https://github.com/fork/shop",
            target: "https://github.com/team/shop"
        )
        let found = scopes(origin, change: change)
        let main = origin == nil ? "dir:box/home/me/app" : "github.com/team/shop"
        #expect(found.own == main + "#pr-7")
        #expect(found.readable.first == main)
        let note = try #require(found.note)
        #expect(note.hasPrefix("GitHub Actions reports a pull request from a fork: "))
        #expect(note.contains("reads entries of '\(main)'") && note.contains("'\(main)#pr-7'"))
    }

    @Test func `a pull request of unknown origin is noted as possibly from a fork`() throws {
        let change = UntrustedChange(name: "pr-7", reporter: "Drone", isKnownFork: false)
        let note = try #require(scopes("https://h/t/shop", change: change).note)
        #expect(note.hasPrefix("Drone reports a pull request that may come from a fork: "))
    }

    @Test
    func `the scope of a request that builds another repository names both`() {
        let change = UntrustedChange(
            name: "pr-7",
            reporter: "X",
            source: "https://h/fork/shop",
            target: "https://h/team/shop"
        )
        let found = scopes("https://h/team/tools", change: change)
        #expect(found.own == "h/team/tools#pr-7" && found.readable.first == "h/team/tools")
    }
}
