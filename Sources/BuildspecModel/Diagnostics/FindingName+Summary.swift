extension FindingName {
    /// What the finding means, in a sentence or two.
    public var summary: String {
        switch self {
        case .unreadable: "There is no such file, or it cannot be read."
        case .syntax: "The text is not YAML; CodeBuild stops with YAML_FILE_ERROR."
        case .encoding: "The bytes are no text in UTF-8 or UTF-16, or hold a control character."
        case .nulCharacter:
            "A text has an escape for NUL in it, which no command, variable or path can hold."
        case .tooLarge: "The file is larger than any buildspec; it is not read."
        case .tooDeep: "Lists and mappings are nested deeper than any buildspec."
        case .aliasLimit: "Aliases expand to more nodes than any buildspec has."
        case .secondDocument: "A '---' begins a second document; a buildspec is one document."
        case .undefinedAlias: "'*name' stands where nothing above is named '&name'."
        case .emptyDocument: "The file is empty, or holds only comments."
        case .complexKey: "A key is a list or a mapping."
        case .tag: "'!name' before a value is a YAML tag, which has no meaning in a buildspec."
        case .duplicateKey: "A key is there twice; only the last one counts, nothing is merged."
        case .mergeKey: "'<<' merges are an extension; CodeBuild may not know them."
        case .bangEaten:
            "YAML takes a '!' at the start for a tag, so that '! grep x' runs 'grep x'."
        case .anchorEaten: "YAML takes '&name' at the start for an anchor and drops it."
        default: structureSummary
        }
    }

    private var structureSummary: String {
        switch self {
        case .wrongType: "A value is of the wrong kind, such as a list where a mapping must be."
        case .missingKey: "A required key is not there."
        case .version: "The version is neither 0.1 nor 0.2."
        case .unknownPhase: "There are only install, pre_build, build and post_build."
        case .recasedKey:
            "A key is written in other capitals; whether CodeBuild takes it is not known."
        case .phasesAtTop: "Phases stand at the top level and 'phases' is empty: nothing would run."
        case .unknownKey: "CodeBuild ignores keys it does not know, and what is under them."
        case .misplacedKey: "The key exists, but in another place; here it is ignored."
        case .noPhases: "There are no phases; the build succeeds without running anything."
        case .nullSection: "A section or an item has nothing in it, often for want of indentation."
        case .phaseWithoutCommands: "A phase has no commands and does nothing."
        case .phaseOrder: "The phases stand in another order than that in which they run."
        case .oldSyntax: "A section has the name of the other version."
        case .deprecatedKey: "The key is deprecated and ignored."
        case .badValue: "A value is none of those that are possible."
        case .unusualValue: "A value is none of those that CodeBuild names, but may be meant."
        case .templateText: "A value was left as the guide's template has it, such as 'no | yes'."
        case .commandMapping: "A command reads as a mapping, mostly because of a ': ' in it."
        case .commandList: "A command reads as a list: '- - x' or '- [ x ]'."
        case .commandsText: "'commands' is one text instead of a list."
        case .emptyCommand: "An item of the commands is empty."
        default: sectionSummary
        }
    }

    private var sectionSummary: String {
        switch self {
        case .variableName: "No shell can use a variable of this name."
        case .reservedVariable: "The name is reserved; the value is ignored or cannot be exported."
        case .nullVariable: "A variable has no value and becomes an empty text."
        case .literalVariable: "'$NAME' in a value under 'env' is not replaced."
        case .pathDestroyed:
            "PATH is replaced by a text as it stands; no command is found any more."
        case .secretReference:
            "The text is not 'secret-id[:json-key[:version-stage[:version-id]]]'."
        case .fallbackKeys:
            "'fallback-keys' has no effect without 'key', and an empty one is skipped."
        case .emptyKey: "The cache key is an empty text."
        case .tildePath: "'~' in a path is not replaced."
        case .quotedPath: "A path has quotes around it that are part of the name."
        case .blankPath: "A path begins or ends with a blank, which is part of the name."
        case .pathExpansion:
            "A path has '$(…)', backquotes or '${A:-b}' in it; only '$NAME' and '${NAME}' are put in."
        case .backslashPath: "A path has '\\' where '/' is meant, or begins with a drive."
        case .negatedPath: "A path begins with '!', which takes nothing away."
        case .excludedDirectory:
            "A path of 'exclude-paths' is a directory's bare name, which leaves out nothing in it."
        case .rootPath: "A cache path is the source root itself, which names no file."
        case .sourcesCached: "A cache path takes in the sources, which come from the checkout."
        case .dotSlash: "A pattern begins with './', which may find nothing."
        case .tooMany: "There are more entries than CodeBuild takes."
        case .batchKind: "A batch has none or several of its kinds, or names no builds."
        case .batchIdentifier: "An identifier has a '-' or another sign in it, or is there twice."
        case .batchBuildspec:
            "There is no file at the path that a batch build names as its buildspec."
        case .batchDependency: "A build waits for one that does not exist, or for itself."
        default: textSummary
        }
    }

    private var textSummary: String {
        switch self {
        case .commentCut: "YAML takes ' #' and what follows for a comment, though it seems meant."
        case .backslashFold:
            "A '\\' at a line's end in a text without '|' becomes an escaped space."
        case .trailingBackslash: "The command ends in '\\', which joins what follows it."
        case .foldedItem: "An item is indented too deep and belongs to the command above it."
        case .foldedHeredoc: "YAML joins the lines of a heredoc, so that it never ends."
        case .foldedScript: "YAML joins statements on lines of their own to one command."
        case .openHeredoc: "The end of a heredoc does not stand alone on a line."
        case .unbalancedQuote: "A shell would not find the closing quote."
        case .typographicCharacter: "A quote, dash or space is one that word processors make."
        case .shellOption: "'set -e' and the like hold only in their own item."
        case .exitItem: "'exit' ends only its own item; the next one runs."
        case .functionLost: "A function or alias is used in another item than it was defined in."
        case .bashSyntax:
            "Bash syntax such as '[[' or '${X:0:3}' in commands that /bin/sh runs, dash on Ubuntu."
        case .sourceCommand: "'source' in commands that /bin/sh runs, dash on Ubuntu."
        case .secretEcho: "A command writes a secret into the log."
        case .plaintextSecret: "A credential stands in the file in plain text."
        default: "A comment '# buildspec: ignore' names no warning."
        }
    }
}
