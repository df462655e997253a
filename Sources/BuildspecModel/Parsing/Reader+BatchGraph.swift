extension Reader {
    /// Checks that identifiers are valid and unique.
    ///
    /// Source: CodeBuild guide, batch/build-list; observed: '-' is refused.
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

    /// Checks that builds wait only for builds that exist, and not in a cycle.
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

    /// Reports a cycle: the builds that are left when no other can start.
    private mutating func reportCycle(_ builds: [BatchBuild]) {
        let known = Set(builds.map(\.identifier.value))
        var unmet = builds.map { build in
            Set(build.dependsOn.map(\.value)).intersection(known).count
        }
        var waiters: [String: [Int]] = [:]
        for (index, build) in builds.enumerated() {
            for name in Set(build.dependsOn.map(\.value)) {
                waiters[name, default: []].append(index)
            }
        }
        var ready = unmet.indices.filter { unmet[$0] == 0 }
        var started: Set<String> = []
        while let index = ready.popLast() {
            let name = builds[index].identifier.value
            guard started.insert(name).inserted else { continue }
            for waiter in waiters[name] ?? [] {
                unmet[waiter] -= 1
                if unmet[waiter] == 0 { ready.append(waiter) }
            }
        }
        let waiting = builds.filter { !started.contains($0.identifier.value) }
        guard let first = waiting.first else { return }
        let names = waiting.prefix(5).map { $0.identifier.value.clipped }.joined(separator: ", ")
        let message = "these builds wait for one another and can never start: \(names)"
        report(.batchDependency, message, at: first.identifier.range)
    }
}

extension Character {
    /// Whether the character is an ASCII letter, a digit or '_'.
    fileprivate var isASCIIWord: Bool { isASCII && (isLetter || isNumber) || self == "_" }
}
