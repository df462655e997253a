extension Reader {
    /// Checks identifiers: their form, and that each is there once.
    ///
    /// Source: CodeBuild guide, batch/build-list; that '-' is refused was observed.
    mutating func checkIdentifiers(_ builds: [BatchBuild]) {
        var lines: [String: Int] = [:]
        for identifier in builds.map(\.identifier) {
            if !identifier.value.isIdentifier {
                let proposal = String(identifier.value.map { $0.isASCIIWord ? $0 : "_" })
                report(
                    .batchIdentifier,
                    "a build's identifier has only letters, digits and '_'; write"
                        + " '\(proposal.clipped)' for '\(identifier.value.clipped)'",
                    at: identifier.range,
                    codeBuild: "refuses to start the batch; a single build ignores the section"
                )
            }
            if let first = lines[identifier.value] {
                report(
                    .batchIdentifier,
                    "'\(identifier.value.clipped)' is the identifier of two builds, the first on line"
                        + " \(first)",
                    at: identifier.range
                )
            } else {
                lines[identifier.value] = identifier.range.start.line
            }
        }
    }

    /// Checks that builds wait only for builds that exist, and not for themselves.
    mutating func checkGraph(_ builds: [BatchBuild]) {
        let identifiers = builds.map(\.identifier.value)
        let known = Set(identifiers)
        for build in builds {
            for dependency in build.dependsOn where !known.contains(dependency.value) {
                let candidates = Array(identifiers.prefix(100))
                let nearest = Suggestion.nearest(to: dependency.value, in: candidates)
                report(
                    .batchDependency,
                    "there is no build '\(dependency.value.clipped)' to wait for"
                        + (nearest.map { "; did you mean '\($0.clipped)'?" } ?? ""),
                    at: dependency.range
                )
            }
        }
        reportCycle(builds)
    }

    /// Takes away the builds that can start until none is left; what stays waits for itself.
    private mutating func reportCycle(_ builds: [BatchBuild]) {
        let known = Set(builds.map(\.identifier.value))
        var open = builds.map { build in
            Set(build.dependsOn.map(\.value)).intersection(known).count
        }
        var waiters: [String: [Int]] = [:]
        for (index, build) in builds.enumerated() {
            for name in Set(build.dependsOn.map(\.value)) {
                waiters[name, default: []].append(index)
            }
        }
        var ready = open.indices.filter { open[$0] == 0 }
        var done: Set<String> = []
        while let index = ready.popLast() {
            let name = builds[index].identifier.value
            guard done.insert(name).inserted else { continue }
            for waiter in waiters[name] ?? [] {
                open[waiter] -= 1
                if open[waiter] == 0 { ready.append(waiter) }
            }
        }
        let waiting = builds.filter { !done.contains($0.identifier.value) }
        guard let first = waiting.first else { return }
        let names = waiting.prefix(5).map { $0.identifier.value.clipped }.joined(separator: ", ")
        report(
            .batchDependency,
            "these builds wait for one another and can never start: \(names)",
            at: first.identifier.range
        )
    }
}

extension Character {
    /// Whether it is an ASCII letter, a digit or '_'.
    fileprivate var isASCIIWord: Bool { isASCII && (isLetter || isNumber) || self == "_" }
}
