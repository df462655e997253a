internal import BuildspecCache
internal import BuildspecFiles
internal import BuildspecModel
internal import SystemPackage

/// The restore of the cache before INSTALL, and the save after the last phase.
///
/// A cache problem is one line of warning, never a failed build; the caller handles `strictCache`.
/// Sources: CodeBuild user guide, "Cache builds in Amazon S3" and "Build specification reference":
/// cache. The guide does not say whether a failed build saves; here it does not.
struct CacheSteps: Sendable {
    /// The evaluated `cache` section.
    enum Plan: Sendable {
        case none
        case unusable(String)
        case identity(CacheIdentity)
    }

    let request: BuildRequest
    let setup: BuildSetup
    let session: ShellSession
    let output: OutputMultiplexer

    /// Evaluates the keys and paths, once for the whole build.
    func plan() async -> Plan {
        guard let section = request.buildspec.cache, request.cache != nil else { return .none }
        var paths: [String] = []
        for path in await expandedPaths(section) {
            do {
                paths += try setup.execution.cachePaths(for: path)
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
        var keys: [EvaluatedKey]?
        var reason = ""
        do { keys = try await session.evaluateKeys(texts) } catch { reason = ": \(error)" }
        guard let keys, let own = keys.first else {
            if Task.isCancelled { return .none }
            return .unusable("the cache key '\(key.value)' cannot be evaluated\(reason)")
        }
        if let problem = own.problem {
            return .unusable("the cache key '\(key.value)' \(problem)")
        }
        let value = own.value ?? ""
        if let note = own.note("cache key") { await output.emit(.warning(note)) }
        identity.key = value
        identity.fallbackKeys = await usableFallbackKeys(keys.dropFirst())
        identity.inputs = await withTaskExecutorPreference(BlockingExecutor.shared) {
            CacheKeyInputs.inputs(
                declared: key.value,
                key: value,
                root: request.sourceDirectory,
                isConfined: setup.execution.visiblePaths != nil
            )
        }
        return .identity(identity)
    }

    /// Returns the usable fallback keys; an empty one is not, because it would match every entry.
    private func usableFallbackKeys(_ keys: ArraySlice<EvaluatedKey>) async -> [String] {
        var usable: [String] = []
        // Validation reports the keys that are written empty.
        for key in keys where !key.declared.isBlank {
            if let note = key.note("cache fallback key") { await output.emit(.warning(note)) }
            if key.problem == nil, let value = key.value { usable.append(value) }
        }
        return usable
    }

    /// Restores the entry into the source root.
    func restore(_ plan: Plan) async -> CacheRestoreOutcome {
        guard let cache, !Task.isCancelled else { return .notWanted }
        switch plan {
        case .none: return .notWanted
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
                    retiming: await sourceFiles(),
                    leavingOut: checkout,
                    ownedBy: setup.users.cacheOwner
                )
                if case .miss = report.outcome {
                } else {
                    try await setup.execution.copyCacheIn(identity.paths)
                }
                for note in report.notes { await warn(note, report.sharedStoreFailure) }
                await recordRestore(report)
                await recordMiss(report)
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

    /// Returns the change of the owner of restored files.
    func handOver(
        _ restored: CacheRestoreOutcome,
        of plan: Plan
    ) -> @Sendable (TreeOwner) async -> Void {
        guard case .restored(let report) = restored, case .identity(let identity) = plan else {
            return { _ in }
        }
        if case .miss = report.outcome { return { _ in } }
        return { owner in
            do {
                try cache?.setOwner(of: report, to: owner, in: request.sourceDirectory)
                try await setup.execution.setCacheOwner(owner, of: identity.paths)
            } catch {
                await output.emit(
                    .warning(
                        "cache: restored files may not belong to the user of 'run-as': \(error)"
                    )
                )
            }
        }
    }

    /// Saves the entry, if the build allows it.
    func save(_ plan: Plan, after result: BuildResult) async -> CacheSaveOutcome {
        guard let cache, case .identity(let identity) = plan else { return .notWanted }
        let reason = cache.reasonNotToSave(in: identity.scope) ?? reasonNotToSave(after: result)
        if let reason { return .skipped(reason) }
        do {
            try await setup.execution.copyCacheOut(identity.paths)
            let report = try await cache.save(
                identity,
                from: request.sourceDirectory,
                retiming: await sourceFiles(),
                leavingOut: checkout
            )
            // The restore has reported some of the notes already.
            for note in report.notes where !result.restored.notes.contains(note) {
                await warn(note, report.sharedStoreFailure)
            }
            await output.emit(.cacheSaved(report))
            return .saved(report)
        } catch  where Task.isCancelled {
            return .skipped("the build was stopped")
        } catch {
            // The restore has already reported a store that cannot be used.
            if result.restored.problem != "\(error)" {
                await output.emit(.warning("cache not saved: \(error)"))
            }
            return .failed("\(error)")
        }
    }

    /// Emits a note of the cache as a warning; in a strict build, a note about the shared store becomes
    /// the plain failure, because the build does not continue without the store.
    private func warn(_ note: String, _ failure: String?) async {
        let isOfFailure = failure.map(note.hasPrefix) ?? false
        let text = request.strictCache && isOfFailure ? failure ?? note : note
        await output.emit(.warning("cache: \(text)"))
    }

    /// Lists the files whose modification times are restored; `nil` without `retime`.
    private func sourceFiles() async -> SourceFiles? {
        guard request.retime else { return nil }
        let tracked = await GitTrackedFiles.find(in: request.sourceDirectory)
        if let problem = tracked.problem {
            await output.emit(
                .warning("cache: git cannot list the sources, so all files count: \(problem)")
            )
        }
        return tracked.sources
    }

    /// The finder of the files that the cache leaves out because they come from the checkout.
    ///
    /// A copy of the sources has a checkout too, because a build of restored old sources would succeed
    /// without a meaning.
    private var checkout: Checkout.Finder {
        GitTrackedFiles.finder(in: request.sourceDirectory)
    }

    /// The cache, without the files that the build itself writes.
    private var cache: BuildCache? {
        request.cache?.withFileSystemRoot(setup.execution.cacheRoot)
            .excluding(request.reservedPaths.map(\.path))
    }

    private func reasonNotToSave(after result: BuildResult) -> String? {
        if request.buildspec.cache?.action == .restore { return "action is 'restore'" }
        if Task.isCancelled { return "the build was stopped" }
        if result.cacheFailure != nil
            || result.phases.contains(where: { $0.state != .succeeded && $0.state != .skipped })
        {
            return "the build failed"
        }
        return request.skipsCommands ? "not all phases ran" : nil
    }

    /// Expands the variables of the declared paths, with warnings for the paths that are skipped.
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
            // Validation reports such a path already.
            if CacheSection.isRoot(declared.value) { continue }
            await output.emit(.warning("cache path '\(declared.value)' is left out: \(obstacle)"))
        }
        return paths
    }
}

extension BuildRequest {
    /// Whether `--phase` skips commands, so that the tree is not the result of a whole build.
    var skipsCommands: Bool {
        guard let selectedPhases else { return false }
        return buildspec.phases.contains { name, phase in
            !selectedPhases.contains(name) && !(phase.commands + phase.finally).isEmpty
        }
    }

    /// Whether `--phase` includes a phase that can make artifacts; `install` alone makes none.
    var reachesBuild: Bool {
        selectedPhases.map { $0.contains(.build) || $0.contains(.postBuild) } ?? true
    }
}

extension CacheRestoreOutcome {
    fileprivate var notes: [String] {
        if case .restored(let report) = self { report.notes } else { [] }
    }
}
