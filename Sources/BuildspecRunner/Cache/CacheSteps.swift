internal import BuildspecCache
internal import BuildspecFiles
internal import BuildspecModel
internal import SystemPackage

/// Restoring the cache before INSTALL and saving it after the last phase.
///
/// A cache problem is one line of warning, never a failed build; `strictCache` is looked at by the
/// caller. Sources: CodeBuild user guide, "Cache builds in Amazon S3" and "Build specification
/// reference": cache. That a failed build saves nothing is our choice, the guide does not say.
struct CacheSteps: Sendable {
    /// What the `cache` section comes to.
    enum Plan: Sendable {
        case none
        case unusable(String)
        case identity(CacheIdentity)
    }

    let request: BuildRequest
    let setup: BuildSetup
    let session: ShellSession
    let output: OutputMultiplexer

    /// Evaluates keys and paths, once for the whole build.
    func plan() async -> Plan {
        guard let section = request.buildspec.cache, request.cache != nil else {
            return .none
        }
        var paths: [String] = []
        for path in await expandedPaths(section) {
            do {
                paths.append(try setup.execution.cachePath(for: path))
                if let note = CachePathNote.outsideRoot(path, root: request.sourceDirectory) {
                    await output.emit(.warning("cache: \(note)"))
                }
            } catch {
                let reason = "the path '\(path)' is left out: \(error)"
                if request.strictCache { return .unusable(reason) }
                await output.emit(.warning("cache: \(reason)"))
            }
        }
        guard !paths.isEmpty else { return .unusable("no paths specified to be cached") }
        if let note = setup.scopes.note { await output.emit(.warning("cache: \(note)")) }
        var identity = CacheIdentity(
            scope: setup.scopes.own,
            readScopes: setup.scopes.readable,
            key: nil,
            paths: paths
        )
        guard let key = section.key else { return .identity(identity) }
        let texts = [key.value] + section.fallbackKeys.map(\.value)
        guard let keys = try? await session.evaluateKeys(texts), let own = keys.first else {
            if Task.isCancelled { return .none }
            return .unusable("the cache key '\(key.value)' cannot be evaluated")
        }
        if let problem = own.problem {
            return .unusable("the cache key '\(key.value)' \(problem)")
        }
        let value = own.value ?? ""
        if let warning = own.warning {
            await output.emit(.warning("cache key '\(key.value)' is '\(value)': \(warning)"))
        }
        identity.key = value
        identity.fallbackKeys = await usable(keys.dropFirst())
        let root = request.sourceDirectory
        let isConfined = setup.execution.visiblePaths != nil
        identity.inputs = await withTaskExecutorPreference(BlockingExecutor.shared) {
            CacheKeyInputs.inputs(
                declared: key.value,
                key: value,
                root: root,
                isConfined: isConfined
            )
        }
        return .identity(identity)
    }

    /// The fallback keys that say something: an empty one would take whatever entry is the newest.
    private func usable(_ keys: ArraySlice<EvaluatedKey>) async -> [String] {
        var usable: [String] = []
        // Reading the buildspec tells of those that are written empty.
        for key in keys where !key.declared.isBlank {
            let name = "cache fallback key '\(key.declared)'"
            if let problem = key.problem {
                await output.emit(.warning("\(name) is skipped: it \(problem)"))
            } else if let value = key.value {
                if let warning = key.warning {
                    await output.emit(.warning("\(name) is '\(value)': \(warning)"))
                }
                usable.append(value)
            }
        }
        return usable
    }

    /// Restores the entry into the source root.
    func restore(_ plan: Plan) async -> CacheRestoreOutcome {
        guard let cache, !Task.isCancelled else { return .notWanted }
        switch plan {
        case .none:
            return .notWanted
        case .unusable(let reason):
            await output.emit(.warning("cache not used: \(reason)"))
            return .failed(reason)
        case .identity where request.buildspec.cache?.action == .save:
            return .skipped("action is 'save'")
        case .identity(let identity):
            do {
                let report = try await cache.restore(
                    identity,
                    into: request.sourceDirectory,
                    retiming: await sources(),
                    leavingOut: checkout,
                    ownedBy: setup.users.cacheOwner
                )
                if case .miss = report.outcome {
                } else {
                    try await setup.execution.copyCacheIn(identity.paths)
                }
                for note in report.notes { await tell(note, report.sharedStoreFailure) }
                await keepForAudit(report)
                await keepMiss(report)
                await output.emit(.cacheRestored(report))
                return .restored(report)
            } catch  where Task.isCancelled {
                return .skipped("the build was stopped")
            } catch {
                await output.emit(.warning("cache not restored: \(error)"))
                return .failed("\(error)")
            }
        }
    }

    /// Saves the entry, if the build allows it.
    func save(_ plan: Plan, after result: BuildResult) async -> CacheSaveOutcome {
        guard let cache, case .identity(let identity) = plan else {
            return .notWanted
        }
        let reason = cache.reasonNotToSave(in: identity.scope) ?? reasonNotToSave(after: result)
        if let reason { return .skipped(reason) }
        do {
            try await setup.execution.copyCacheOut(identity.paths)
            let report = try await cache.save(
                identity,
                from: request.sourceDirectory,
                retiming: await sources(),
                leavingOut: checkout
            )
            // What the restore has said already need not be said again.
            for note in report.notes where !result.restored.notes.contains(note) {
                await tell(note, report.sharedStoreFailure)
            }
            await output.emit(.cacheSaved(report))
            return .saved(report)
        } catch  where Task.isCancelled {
            return .skipped("the build was stopped")
        } catch {
            // A store that cannot be used is said once.
            if result.restored.problem != "\(error)" {
                await output.emit(.warning("cache not saved: \(error)"))
            }
            return .failed("\(error)")
        }
    }

    /// Tells a note; a strict build does not go on without the shared store.
    private func tell(_ note: String, _ failure: String?) async {
        let isOfFailure = failure.map(note.hasPrefix) ?? false
        let text = request.strictCache && isOfFailure ? failure ?? note : note
        await output.emit(.warning("cache: \(text)"))
    }

    /// The files whose times the cache keeps, if it does.
    private func sources() async -> SourceFiles? {
        guard request.retime else { return nil }
        let tracked = await GitTrackedFiles.find(in: request.sourceDirectory)
        if let problem = tracked.problem {
            await output.emit(
                .warning("cache: git cannot list the sources, so all files count: \(problem)")
            )
        }
        return tracked.sources
    }

    /// Finds out what the cache leaves out because it comes from the checkout.
    ///
    /// That holds for a copy of the sources too: a build of old sources would be green in vain.
    private var checkout: Checkout.Finder {
        GitTrackedFiles.finder(in: request.sourceDirectory)
    }

    /// The cache, which leaves alone what the build itself writes.
    private var cache: BuildCache? {
        request.cache?.withFileSystemRoot(setup.execution.cacheRoot)
            .excluding(request.reservedPaths.map(\.path))
    }

    private func reasonNotToSave(after result: BuildResult) -> String? {
        if request.buildspec.cache?.action == .restore { return "action is 'restore'" }
        if Task.isCancelled { return "the build was stopped" }
        if result.cacheFailure != nil { return "the build failed" }
        if result.phases.contains(where: { $0.state != .succeeded && $0.state != .skipped }) {
            return "the build failed"
        }
        return request.leavesOutCommands ? "not all phases ran" : nil
    }

    /// The declared paths with variables put in, without those that are left out.
    private func expandedPaths(_ section: CacheSection) async -> [String] {
        var paths: [String] = []
        for declared in section.paths {
            let path = CachePath(declared.value, root: setup.execution.root) {
                setup.environment.variables[$0]
            }
            guard let obstacle = path.obstacle else {
                paths.append(path.text)
                for odd in path.oddities {
                    await output.emit(.warning("cache path '\(declared.value)': \(odd)"))
                }
                continue
            }
            // Reading the buildspec tells what it can see.
            if CacheSection.isRoot(declared.value) { continue }
            await output.emit(.warning("cache path '\(declared.value)' is left out: \(obstacle)"))
        }
        return paths
    }
}

extension BuildRequest {
    /// Whether `--phase` keeps commands from running, so that the tree is not a whole build's.
    var leavesOutCommands: Bool {
        guard let selectedPhases else { return false }
        return buildspec.phases.contains { name, phase in
            !selectedPhases.contains(name) && !(phase.commands + phase.finally).isEmpty
        }
    }
}

extension BuildRequest {
    /// Whether `--phase` lets the build come as far as artifacts: a run of `install` alone has none.
    var reachesBuild: Bool {
        selectedPhases.map { $0.contains(.build) || $0.contains(.postBuild) } ?? true
    }
}

extension CacheRestoreOutcome {
    /// What the user was told.
    fileprivate var notes: [String] {
        if case .restored(let report) = self { report.notes } else { [] }
    }

    /// What is wrong, if anything is.
    var problem: String? {
        switch self {
        case .failed(let reason): reason
        case .restored(let report):
            if case .miss = report.outcome {
                report.notes.first
            } else {
                report.sharedStoreFailure
            }
        case .notWanted, .skipped: nil
        }
    }
}

extension CacheSaveOutcome {
    /// What is wrong, if anything is.
    var problem: String? {
        switch self {
        case .failed(let reason): reason
        case .saved(let report):
            report.sharedStoreFailure
                ?? (report.filesLeftOut > 0
                    ? "\(report.filesLeftOut) of the files could not be saved" : nil)
        case .notWanted, .skipped: nil
        }
    }
}
