/// The stable names of all findings in a buildspec.
///
/// A warning can be turned off by its name, on the command line or by a comment in the file.
public enum FindingName: String, Sendable, CaseIterable {
    // The file
    case unreadable

    // YAML
    case syntax = "yaml-syntax"
    case encoding
    case nulCharacter = "nul-character"
    case tooLarge = "too-large"
    case tooDeep = "too-deep"
    case aliasLimit = "alias-limit"
    case secondDocument = "second-document"
    case undefinedAlias = "undefined-alias"
    case emptyDocument = "empty-document"
    case complexKey = "complex-key"
    case tag
    case duplicateKey = "duplicate-key"
    case mergeKey = "merge-key"
    case bangEaten = "bang-eaten"
    case anchorEaten = "anchor-eaten"

    // Structure
    case wrongType = "wrong-type"
    case missingKey = "missing-key"
    case version
    case unknownPhase = "unknown-phase"
    case recasedKey = "recased-key"
    case phasesAtTop = "phases-at-top"
    case unknownKey = "unknown-key"
    case misplacedKey = "misplaced-key"
    case noPhases = "no-phases"
    case nullSection = "null-section"
    case phaseWithoutCommands = "phase-without-commands"
    case phaseOrder = "phase-order"
    case oldSyntax = "old-syntax"
    case deprecatedKey = "deprecated-key"
    case badValue = "bad-value"
    case unusualValue = "unusual-value"
    case templateText = "template-text"

    // Commands
    case commandMapping = "command-mapping"
    case commandList = "command-list"
    case commandsText = "commands-text"
    case emptyCommand = "empty-command"

    // Environment
    case variableName = "variable-name"
    case reservedVariable = "reserved-variable"
    case nullVariable = "null-variable"
    case literalVariable = "literal-variable"
    case pathDestroyed = "path-destroyed"
    case secretReference = "secret-reference"

    // Cache, artifacts, reports, batch
    case fallbackKeys = "fallback-keys"
    case emptyKey = "empty-key"
    case tildePath = "tilde-path"
    case quotedPath = "quoted-path"
    case blankPath = "blank-path"
    case pathExpansion = "path-expansion"
    case backslashPath = "backslash-path"
    case negatedPath = "negated-path"
    case excludedDirectory = "excluded-directory"
    case rootPath = "root-path"
    case sourcesCached = "sources-cached"
    case dotSlash = "dot-slash"
    case tooMany = "too-many"
    case batchKind = "batch-kind"
    case batchIdentifier = "batch-identifier"
    case batchDependency = "batch-dependency"
    case batchBuildspec = "batch-buildspec"

    // Texts that YAML or a shell reads differently than they look
    case commentCut = "comment-cut"
    case backslashFold = "backslash-fold"
    case trailingBackslash = "trailing-backslash"
    case foldedItem = "folded-item"
    case foldedHeredoc = "folded-heredoc"
    case foldedScript = "folded-script"
    case openHeredoc = "open-heredoc"
    case unbalancedQuote = "unbalanced-quote"
    case typographicCharacter = "typographic-character"
    case shellOption = "shell-option"
    case exitItem = "exit-item"
    case functionLost = "function-lost"
    case bashSyntax = "bash-syntax"
    case sourceCommand = "source-command"
    case secretEcho = "secret-echo"
    case plaintextSecret = "plaintext-secret"

    // Comments that turn warnings off
    case ignoreComment = "ignore-comment"

    /// Returns whether a name is a code of ShellCheck, such as `SC2086`, which ShellCheck documents.
    public static func isShellCheck(_ name: String) -> Bool {
        let digits = name.utf8.dropFirst(2)
        return name.hasPrefix("SC") && digits.count == 4
            && digits.allSatisfy { (0x30...0x39).contains($0) }
    }

    /// The severity, unless a single finding has another one.
    public var severity: Diagnostic.Severity {
        switch self {
        case .unreadable, .syntax, .encoding, .nulCharacter, .tooLarge, .tooDeep, .aliasLimit,
            .secondDocument, .undefinedAlias, .emptyDocument, .complexKey, .tag, .wrongType,
            .missingKey, .version, .unknownPhase, .recasedKey, .phasesAtTop, .badValue,
            .commandMapping, .commandList, .emptyKey, .batchIdentifier, .batchDependency:
            .error
        default: .warning
        }
    }
}
