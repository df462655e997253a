/// A reader of the values for a buildspec's `env/parameter-store` and `env/secrets-manager`.
///
/// Files, credentials and connections are not used before `resolve` gets a first reference.
public struct SecretReferences: Sendable {
    /// A variable and the reference that its value is read from.
    public struct Entry: Sendable, Equatable {
        /// The variable's name.
        public var name: String
        /// The parameter's name, or the secret's reference.
        public var reference: String

        /// Creates an entry.
        public init(name: String, reference: String) {
            self.name = name
            self.reference = reference
        }
    }

    /// The error for references that could not be read.
    public struct Unread: Error {
        /// The variables without a value.
        public var names: Set<String>
        /// All reasons in one error.
        public var error: AWSError
    }

    /// The name of a variable and why it has no value.
    private typealias Problem = (name: String, error: AWSError)

    private let connect: @Sendable () async throws(AWSError) -> JSONClient

    /// Creates a reader whose client `connect` makes when it is first needed.
    init(connect: @escaping @Sendable () async throws(AWSError) -> JSONClient) {
        self.connect = connect
    }

    /// Creates a reader with the credentials, region and endpoints that AWS's tools would use.
    ///
    /// - Parameter environment: The variables that configure AWS's tools, and `HOME`.
    public init(environment: [String: String]) {
        self.init(environment: environment, transport: nil)
    }

    /// Creates a reader over another transport of one request; `nil` is libcurl.
    init(environment: [String: String], transport: (any HTTPTransport)?) {
        let settings = Settings(environment)
        let transport = transport ?? CurlTransport(caBundle: settings["AWS_CA_BUNDLE"])
        self.init { () async throws(AWSError) in
            try await JSONClient.connecting(settings, transport: transport)
        }
    }

    /// Reads the values of all references.
    ///
    /// - Parameters:
    ///   - parameters: The variables from the Parameter Store.
    ///   - secrets: The variables from Secrets Manager; a name that is in both has this value.
    /// - Returns: The value of each name.
    /// - Throws: One error for all references that could not be read.
    public func resolve(
        parameters: [Entry],
        secrets: [Entry]
    ) async throws(Unread) -> [String: String] {
        if parameters.isEmpty, secrets.isEmpty { return [:] }
        var problems: [Problem] = []
        let references = read(secrets, &problems)
        for entry in parameters where entry.reference.isEmpty {
            let error = AWSError(
                .badReference,
                "variable '\(entry.name)' names no parameter; add its name"
            )
            problems.append((entry.name, error))
        }
        if !problems.isEmpty { throw summary(problems) }
        let client: JSONClient
        do throws(AWSError) {
            client = try await connect()
        } catch {
            throw Unread(names: Set((parameters + secrets).map(\.name)), error: error)
        }
        async let parameterValues = ParameterStore(client).values(
            of: distinct(parameters.map(\.reference))
        )
        async let secretValues = SecretsManager(client).values(of: references.map(\.1))
        let (fromParameters, fromSecrets) = await (parameterValues, secretValues)
        var values: [String: String] = [:]
        for entry in parameters {
            add(entry.name, fromParameters[entry.reference], &values, &problems)
        }
        for (name, reference) in references {
            add(name, fromSecrets[reference], &values, &problems)
        }
        if !problems.isEmpty { throw summary(problems) }
        return values
    }

    private func read(
        _ secrets: [Entry],
        _ problems: inout [Problem]
    ) -> [(String, SecretReference)] {
        var references: [(String, SecretReference)] = []
        for entry in secrets {
            do throws(AWSError) {
                references.append((entry.name, try SecretReference(entry.reference)))
            } catch {
                problems.append((entry.name, error))
            }
        }
        return references
    }

    private func add(
        _ name: String,
        _ result: Result<String, AWSError>?,
        _ values: inout [String: String],
        _ problems: inout [Problem]
    ) {
        switch result {
        case .success(let value): values[name] = value
        case .failure(let error): problems.append((name, error))
        case nil:
            problems.append((name, AWSError(.cancelled, "variable '\(name)' was not read")))
        }
    }

    private func distinct(_ names: [String]) -> [String] {
        var seen: Set<String> = []
        return names.filter { seen.insert($0).inserted }
    }

    private func summary(_ problems: [Problem]) -> Unread {
        Unread(
            names: Set(problems.map(\.name)),
            error: .joined(problems.map(\.error), "these values cannot be read:")
        )
    }
}

extension JSONClient {
    /// Makes a client for the Parameter Store and Secrets Manager as the environment configures it.
    static func connecting(
        _ settings: Settings,
        transport: any HTTPTransport
    ) async throws(AWSError) -> JSONClient {
        let profiles = ProfileFiles(settings)
        let region = try await Region.resolve(settings, profiles: profiles, transport: transport)
        var endpoints: [AWSService: Endpoint] = [:]
        for service in [AWSService.parameterStore, .secretsManager] {
            endpoints[service] = try service.endpoint(region: region, settings, profiles: profiles)
        }
        let chain = CredentialChain.standard(settings, profiles: profiles, transport: transport)
        return JSONClient(
            region: region,
            endpoints: endpoints,
            credentials: CredentialCache { () async throws(AWSError) in
                try await chain.credentials()
            },
            transport: RetryingTransport(transport)
        )
    }
}
