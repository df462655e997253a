extension FindingName {
    /// The meaning of the finding, in a sentence or two.
    public var summary: String {
        switch self {
        case .unreadable: "The file does not exist or cannot be read."
        case .syntax: "The text is not YAML; CodeBuild stops with YAML_FILE_ERROR."
        case .encoding: "The file is not UTF-8 or UTF-16 text, or contains a control character."
        case .nulCharacter:
            "A text has an escape for NUL, which commands, variables and paths cannot have."
        case .tooLarge: "The file is too large for a buildspec and is not read."
        case .tooDeep: "Lists and mappings are nested too deep."
        case .aliasLimit: "Aliases expand to too many nodes."
        case .secondDocument: "A '---' begins a second document; a buildspec is one document."
        case .undefinedAlias: "An alias '*name' has no anchor '&name' above it."
        case .emptyDocument: "The file is empty or has only comments."
        case .complexKey: "A key is a list or a mapping."
        case .tag: "'!name' before a value is a YAML tag, which has no meaning in a buildspec."
        case .duplicateKey: "A key occurs twice; only the last one counts, and nothing is merged."
        case .mergeKey: "'<<' merges are an extension, which CodeBuild may not support."
        case .bangEaten: "YAML reads a '!' at the start as a tag, so '! grep x' runs 'grep x'."
        case .anchorEaten: "YAML reads '&name' at the start as an anchor and drops it."
        default: structureSummary
        }
    }

    private var structureSummary: String {
        switch self {
        case .wrongType: "A value has the wrong kind, such as a list instead of a mapping."
        case .missingKey: "A required key is missing."
        case .version: "The version is neither 0.1 nor 0.2."
        case .unknownPhase: "The only phases are install, pre_build, build and post_build."
        case .recasedKey:
            "A key has different capitals; it is unknown whether CodeBuild accepts it."
        case .phasesAtTop:
            "Phases are at the top level and 'phases' is empty, so nothing would run."
        case .unknownKey: "CodeBuild ignores unknown keys and everything under them."
        case .misplacedKey: "The key belongs elsewhere; here it is ignored."
        case .noPhases: "The file has no phases, so the build succeeds without running anything."
        case .nullSection: "A section or an item is empty, often because of missing indentation."
        case .phaseWithoutCommands: "A phase has no commands and does nothing."
        case .phaseOrder: "The phases are not in the order in which they run."
        case .oldSyntax: "A section has the name of the other buildspec version."
        case .deprecatedKey: "The key is deprecated and ignored."
        case .badValue: "A value is not one of the possible values."
        case .unusualValue: "A value is not one that CodeBuild names, but may be intended."
        case .templateText: "A value was copied from the guide's template, such as 'no | yes'."
        case .commandMapping: "A command reads as a mapping, usually because it contains ': '."
        case .commandList: "A command reads as a list: '- - x' or '- [ x ]'."
        case .commandsText: "'commands' is one text instead of a list."
        case .emptyCommand: "An item of the commands is empty."
        default: sectionSummary
        }
    }

    private var sectionSummary: String {
        switch self {
        case .variableName: "A shell cannot use a variable with this name."
        case .reservedVariable: "The name is reserved; the value is ignored or cannot be exported."
        case .nullVariable: "A variable has no value and becomes an empty text."
        case .literalVariable: "'$NAME' in a value under 'env' is not replaced."
        case .pathDestroyed: "PATH is replaced by a literal text, so commands are not found."
        case .secretReference:
            "The text is not 'secret-id[:json-key[:version-stage[:version-id]]]'."
        case .fallbackKeys:
            "'fallback-keys' has no effect without 'key', and an empty one is skipped."
        case .emptyKey: "The cache key is an empty text."
        case .tildePath: "'~' in a path is not replaced."
        case .quotedPath: "A path has quotes, which are part of the name."
        case .blankPath:
            "A name in a path begins or ends with a blank, or a path ends with a comma."
        case .pathExpansion:
            "A path has '$(…)', backquotes or '${A:-b}'; only '$NAME' and '${NAME}' are replaced."
        case .backslashPath: "A path contains '\\' instead of '/', or begins with a drive."
        case .negatedPath: "A path begins with '!', which excludes nothing."
        case .excludedDirectory:
            "A path in 'exclude-paths' is a directory's bare name, which excludes no file in it."
        case .rootPath: "A cache path is the source root itself, which the cache does not keep."
        case .sourcesCached: "A cache path includes the sources, which come from the checkout."
        case .dotSlash: "A pattern begins with './', which may match nothing."
        case .tooMany: "There are more entries than CodeBuild allows."
        case .batchKind: "A batch has no kind, several kinds, or no builds."
        case .batchIdentifier:
            "An identifier contains a '-' or another invalid character, or is used twice."
        case .batchBuildspec: "The buildspec file that a batch build names does not exist."
        case .batchDependency: "A build waits for one that does not exist, or for itself."
        default: textSummary
        }
    }

    private var textSummary: String {
        switch self {
        case .commentCut:
            "YAML reads ' #' and the rest as a comment, although it seems to be part of the text."
        case .backslashFold:
            "A '\\' at the end of a line in a text without '|' becomes an escaped space."
        case .trailingBackslash: "The command ends with '\\', which joins it to the next line."
        case .foldedItem: "An item is indented too deep and belongs to the command above it."
        case .foldedHeredoc: "YAML joins the lines of a heredoc, so it never ends."
        case .foldedScript: "YAML joins statements on separate lines into one command."
        case .openHeredoc: "The end of a heredoc is not alone on a line."
        case .unbalancedQuote: "A shell would not find the closing quote."
        case .typographicCharacter:
            "A quote, dash or space is a typographic one, as word processors make."
        case .shellOption: "'set -e' and other shell options apply only to their own item."
        case .exitItem: "'exit' ends only its own item; the next item runs."
        case .functionLost:
            "A function or alias is used in a different item than the one that defines it."
        case .bashSyntax:
            "Bash syntax such as '[[' or '${X:0:3}' in commands that /bin/sh runs, dash on Ubuntu."
        case .sourceCommand: "'source' in commands that /bin/sh runs, dash on Ubuntu."
        case .secretEcho: "A command writes a secret into the log."
        case .plaintextSecret: "The file contains a credential in plain text."
        default: "A comment '# buildspec: ignore' has an unknown name."
        }
    }
}
