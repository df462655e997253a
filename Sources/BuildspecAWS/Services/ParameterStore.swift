internal import BuildspecCache

/// A reader of the Parameter Store of Systems Manager, which calls `GetParameters` with decryption.
///
/// Source: AWS Systems Manager API reference, GetParameters.
struct ParameterStore: Sendable {
    /// The most names of one call.
    static let batchSize = 10

    private let client: JSONClient

    init(_ client: JSONClient) {
        self.client = client
    }

    /// Reads the values of distinct names, paths or ARNs, with or without `:VERSION` or `:LABEL`.
    ///
    /// A missing parameter is an error; if the task is cancelled, names can have neither.
    func values(of names: [String]) async -> [String: Result<String, AWSError>] {
        let batches = ParameterStore.batches(names)
        // A cancelled task has no results.
        let parts = try? await mapConcurrently(batches, width: 4) { batch in
            do throws(AWSError) {
                return try await values(inBatch: batch)
            } catch {
                return Dictionary(uniqueKeysWithValues: batch.map { ($0, .failure(error)) })
            }
        }
        return (parts ?? []).reduce(into: [:]) { $0.merge($1) { first, _ in first } }
    }

    /// Divides names into calls.
    ///
    /// Two names of the same parameter are never in one call, because the response names a parameter
    /// without the requested version.
    static func batches(_ names: [String]) -> [[String]] {
        var batches: [[String]] = []
        var bases: [Set<String>] = []
        for name in names {
            let base = ParameterName(name).base
            let free = batches.indices.first {
                batches[$0].count < batchSize && !bases[$0].contains(base)
            }
            if let free {
                batches[free].append(name)
                bases[free].insert(base)
            } else {
                batches.append([name])
                bases.append([base])
            }
        }
        return batches
    }

    private func values(
        inBatch names: [String]
    ) async throws(AWSError) -> [String: Result<String, AWSError>] {
        let list = names.map { "'\($0)'" }.joined(separator: ", ")
        let action = "read \(names.count == 1 ? "parameter" : "parameters") \(list)"
        let answer = try await client.call(
            .parameterStore,
            "AmazonSSM.GetParameters",
            .object([
                "Names": .array(names.map { .string($0) }), "WithDecryption": .bool(true),
            ]),
            to: action
        )
        switch answer {
        case .fault(let fault, let credentials):
            throw .refused(fault, attempt(action, credentials))
        case .value(let value):
            return try match(names, value, action)
        }
    }

    private func match(
        _ names: [String],
        _ answer: JSONValue,
        _ action: String
    ) throws(AWSError) -> [String: Result<String, AWSError>] {
        var found: [String: String] = [:]
        for parameter in answer["Parameters"]?.array ?? [] {
            guard let name = parameter["Name"]?.string, let value = parameter["Value"]?.string
            else { throw .badResponse(action, "a parameter has no 'Name' and 'Value'") }
            found[ParameterName(name).base] = value
            if let arn = parameter["ARN"]?.string { found[ParameterName(arn).base] = value }
        }
        let invalid = Set((answer["InvalidParameters"]?.array ?? []).compactMap(\.string))
        var results: [String: Result<String, AWSError>] = [:]
        for name in names {
            if invalid.contains(name) {
                results[name] = .failure(missing(name))
            } else if let value = found[ParameterName(name).base] {
                results[name] = .success(value)
            } else {
                throw .badResponse(action, "the response does not mention '\(name)'")
            }
        }
        return results
    }

    private func missing(_ name: String) -> AWSError {
        let other = ParameterName(name).region.flatMap { $0 == client.region ? nil : $0 }
        let hint =
            other.map { "its ARN names region '\($0)'; set AWS_REGION to it" }
            ?? "create it, or correct the name or AWS_REGION"
        return AWSError(
            .notFound,
            "cannot read parameter '\(name)': not found in region '\(client.region)'; \(hint)"
        )
    }

    private func attempt(_ action: String, _ credentials: Credentials) -> Attempt {
        Attempt(
            action: action,
            permission: "'ssm:GetParameters' on the parameter, and 'kms:Decrypt' on the key of a "
                + "SecureString with your own key",
            whenMissing: "create it, or correct the name or AWS_REGION",
            credentials: credentials,
            region: client.region,
            time: client.now()
        )
    }
}

/// The name or ARN of a parameter, with or without a version or label after it.
private struct ParameterName {
    /// The name without version and label.
    let base: String
    /// The region of an ARN.
    let region: String?

    /// Parses a name, which has no colon, or an ARN, which has five:
    /// `arn:aws:ssm:REGION:ACCOUNT:parameter/NAME`.
    init(_ text: String) {
        let fields = text.split(separator: ":", omittingEmptySubsequences: false)
        let isARN = fields.first == "arn" && fields.count >= 6
        base = fields.prefix(isARN ? 6 : 1).joined(separator: ":")
        region = isARN ? String(fields[3]) : nil
    }
}
