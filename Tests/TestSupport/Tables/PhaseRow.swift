package import BuildspecModel
package import BuildspecRunner

/// One row of the failure table: a phase, the commands that fail, its `on-failure`, whether it has a
/// `finally`, and the expected result.
///
/// Every phase has two commands, `<phase>-1` and `<phase>-2`; `<phase>-f` is the failing phase's
/// `finally`. The expectations are written out from the guide's sentences, not from the machine.
package struct PhaseRow: Sendable, CustomStringConvertible {
    package enum FailingPart: String, Sendable, CaseIterable {
        case none
        case command
        case finally
        case both
    }

    package enum Rule: String, Sendable, CaseIterable {
        case unset
        case abort
        case `continue`
        case retry
    }

    package var phase: PhaseName
    package var failingPart: FailingPart
    package var rule: Rule
    package var hasFinally: Bool

    package static let all: [PhaseRow] = PhaseName.allCases.flatMap { phase in
        FailingPart.allCases.flatMap { part in
            Rule.allCases.flatMap { rule in
                [true, false].map {
                    PhaseRow(phase: phase, failingPart: part, rule: rule, hasFinally: $0)
                }
            }
        }
    }

    /// A part of the rows in which each value of each column occurs.
    package static let some = all.indices.filter { $0 % 8 == $0 / 8 % 8 }.map { all[$0] }

    package var description: String {
        "\(phase.rawValue) fails in \(failingPart), on-failure \(rule), "
            + (hasFinally ? "finally" : "no finally")
    }

    package var phases: [PhaseName: Phase] {
        var phases: [PhaseName: Phase] = [:]
        for name in PhaseName.allCases {
            phases[name] = Phase(commands: located(["\(name.rawValue)-1", "\(name.rawValue)-2"]))
        }
        phases[phase]?.finally = located(hasFinally ? ["\(phase.rawValue)-f"] : [])
        phases[phase]?.onFailure =
            switch rule {
            case .unset: nil
            case .abort: .abort
            case .continue: .continue
            case .retry: .retry(count: 1, pattern: ".*")
            }
        return phases
    }

    package var failing: Set<String> {
        switch failingPart {
        case .none: []
        case .command: ["\(phase.rawValue)-1"]
        case .finally: ["\(phase.rawValue)-f"]
        case .both: ["\(phase.rawValue)-1", "\(phase.rawValue)-f"]
        }
    }

    private var commandFails: Bool { failingPart == .command || failingPart == .both }

    private var phaseFails: Bool {
        commandFails || (hasFinally && (failingPart == .finally || failingPart == .both))
    }

    /// The phases that the build enters.
    private var entered: [PhaseName] {
        guard phaseFails else { return PhaseName.allCases }
        switch (phase, rule) {
        case (_, .continue): return PhaseName.allCases
        case (.install, _): return [.install]
        case (.preBuild, _): return [.install, .preBuild]
        case (.build, .abort): return [.install, .preBuild, .build]
        case (.build, _), (.postBuild, _): return PhaseName.allCases
        }
    }

    package var expectedCommands: [String] {
        entered.flatMap { name -> [String] in
            let both = ["\(name.rawValue)-1", "\(name.rawValue)-2"]
            guard name == phase else { return both }
            let first = ["\(name.rawValue)-1"]
            let finally = hasFinally ? ["\(name.rawValue)-f"] : []
            guard commandFails else { return both + finally }
            return first + (rule == .retry ? first : []) + finally
        }
    }

    package var expectedStates: [PhaseState] {
        PhaseName.allCases.map { name in
            if name == phase, phaseFails { return .failed }
            return entered.contains(name) ? .succeeded : .skipped
        }
    }

    package var expectedState: BuildState { phaseFails ? .failed : .succeeded }

    package var expectsArtifacts: Bool {
        guard phaseFails else { return true }
        if rule == .continue { return true }
        return rule != .abort && phase >= .build
    }
}
