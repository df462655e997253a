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
    let pump: OutputPump

    /// Evaluates keys and paths, once for the whole build.
    func plan() async -> Plan {
        guard let section = request.buildspec.cache, request.cache != nil else {
            return .none
        }
        let expanded = await expandedPaths(section)
        var paths: [String] = []
        for path in expanded {
            do {
                paths.append(try setup.place.cached(path))
            } catch {
                let reason = "the path '\(path)' is left out: \(error)"
                if request.strictCache { return .unusable(reason) }
                await pump.post(.warning("cache: \(reason)"))
            }
        }
        guard !paths.isEmpty else { return .unusable("no paths specified to be cached") }
        guard let key = section.key else {
            return .identity(
                CacheIdentity(
                    scope: scope,
                    readScopes: request.cacheReadScopes,
                    key: nil,
                    paths: paths
                )
            )
        }
        let texts = [key.value] + section.fallbackKeys.map(\.value)
        guard let values = try? await session.evaluate(texts) else {
            if Task.isCancelled { return .none }
            return .unusable("the cache key '\(key.value)' cannot be evaluated")
        }
        var identity = CacheIdentity(
            scope: scope,
            readScopes: request.cacheReadScopes,
            key: values[0],
            fallbackKeys: Array(values.dropFirst()),
            paths: paths
        )
        let root = request.sourceDirectory
        identity.inputs = await withTaskExecutorPreference(BlockingExecutor.shared) {
            KeyText.inputs(declared: key.value, key: values[0], root: root)
        }
        return .identity(identity)
    }

    /// Restores the entry into the source root.
    func restore(_ plan: Plan) async -> CacheRestoreOutcome {
        guard let cache, !Task.isCancelled else { return .notWanted }
        switch plan {
        case .none:
            return .notWanted
        case .unusable(let reason):
            await pump.post(.warning("cache not used: \(reason)"))
            return .failed(reason)
        case .identity where request.buildspec.cache?.action == .save:
            return .skipped("action is 'save'")
        case .identity(let identity):
            do {
                let report = try await cache.restore(
                    identity,
                    into: request.sourceDirectory,
                    retiming: await sources()
                )
                if case .miss = report.outcome {
                } else {
                    try await setup.place.putCacheIn(identity.paths)
                }
                for note in report.notes { await pump.post(.warning("cache: \(note)")) }
                await keepForAudit(report)
                await keepMiss(report)
                await pump.post(.cacheRestored(report))
                return .restored(report)
            } catch  where Task.isCancelled {
                return .skipped("the build was stopped")
            } catch {
                await pump.post(.warning("cache not restored: \(error)"))
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
            try await setup.place.takeCacheOut(identity.paths)
            let report = try await cache.save(
                identity,
                from: request.sourceDirectory,
                retiming: await sources()
            )
            for note in report.notes { await pump.post(.warning("cache: \(note)")) }
            await pump.post(.cacheSaved(report))
            return .saved(report)
        } catch  where Task.isCancelled {
            return .skipped("the build was stopped")
        } catch {
            await pump.post(.warning("cache not saved: \(error)"))
            return .failed("\(error)")
        }
    }

    /// The files whose times the cache keeps, if it does.
    private func sources() async -> SourceFiles? {
        guard request.retime else { return nil }
        let (files, problem) = await TrackedFiles.find(in: request.sourceDirectory)
        if let problem { await pump.post(.warning("cache: \(problem)")) }
        return files
    }

    private var scope: String { request.cacheScope ?? setup.identity.project }

    private var cache: BuildCache? { request.cache?.seen(through: setup.place.cacheTop) }

    private func reasonNotToSave(after result: BuildResult) -> String? {
        if request.buildspec.cache?.action == .restore { return "action is 'restore'" }
        if Task.isCancelled { return "the build was stopped" }
        if result.cacheFailure != nil { return "the build failed" }
        if result.phases.contains(where: { $0.state != .succeeded && $0.state != .skipped }) {
            return "the build failed"
        }
        return request.leavesOutCommands ? "not all phases ran" : nil
    }

    /// The declared paths with variables put in.
    ///
    /// A path with an unset variable would mean another place, perhaps the whole disk, so it is left
    /// out. So is the source root itself: sources restored over newer ones are nobody's wish.
    private func expandedPaths(_ section: CacheSection) async -> [String] {
        var paths: [String] = []
        for path in section.paths {
            let expansion = VariableText.expand(path.value) { setup.environment.variables[$0] }
            if let name = expansion.unset.first {
                await pump.post(
                    .warning(
                        "cache path '\(path.value)' is left out: '\(name)' is not set before INSTALL"
                    )
                )
            } else if FilePattern.parse(expansion.text).allSatisfy(\.isRoot) {
                if CacheSection.isRoot(path.value) { continue }  // told when it was read
                await pump.post(
                    .warning(
                        "cache path '\(path.value)' is left out: it names no file; write '**/*' for "
                            + "everything in the source root"
                    )
                )
            } else {
                paths.append(expansion.text)
                if let note = CachePathNote.climbing(expansion.text, root: request.sourceDirectory)
                {
                    await pump.post(.warning("cache: \(note)"))
                }
            }
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
