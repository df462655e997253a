internal import BuildspecCache
internal import BuildspecModel

/// The output of `cache diff`, as text and as JSON.
enum DifferenceOutput {
    static func text(_ difference: EntryDifference, listingTimes: Bool) -> String {
        var text = ""
        for change in difference.changes where listingTimes || !change.isTimeOnly {
            text += line(change).oneLine + "\n"
        }
        let changes = difference.changes
        let timeOnly = changes.count(where: \.isTimeOnly)
        let changed = changes.count { $0.kind == .changed && !$0.isTimeOnly }
        text += "\(changes.count { $0.kind == .added }) added, "
        text += "\(changes.count { $0.kind == .removed }) removed, \(changed) changed, "
        if timeOnly > 0 { text += "\(timeOnly) with another time, " }
        return text + "\(difference.same) the same\n"
    }

    static func json(_ difference: EntryDifference) -> String {
        let changes = difference.changes.map { change in
            var members: [(String, JSONText)] = [
                ("path", .string(change.path)), ("kind", .string(change.kind.rawValue)),
            ]
            if !change.aspects.isEmpty {
                let aspects = change.aspects.map { JSONText.string($0.rawValue) }
                members.append(("aspects", .array(aspects)))
            }
            if let size = change.oldSize { members.append(("oldSize", .number("\(size)"))) }
            if let size = change.newSize { members.append(("newSize", .number("\(size)"))) }
            return JSONText.object(members)
        }
        return JSONText.object([
            ("version", .number("1")), ("same", .number("\(difference.same)")),
            ("changes", .array(changes)),
        ]).pretty + "\n"
    }

    private static func size(_ bytes: UInt64?) -> String {
        bytes.map { " (\(Quantity.size($0)))" } ?? ""
    }

    private static func line(_ change: EntryDifference.Change) -> String {
        switch change.kind {
        case .added: return "+ \(change.path)" + size(change.newSize)
        case .removed: return "- \(change.path)" + size(change.oldSize)
        case .changed:
            var aspects = change.aspects.map(\.rawValue).joined(separator: ", ")
            if change.aspects.contains(.content), let old = change.oldSize,
                let new = change.newSize, old != new
            {
                aspects += ", \(Quantity.size(old)) -> \(Quantity.size(new))"
            }
            return "~ \(change.path) (\(aspects))"
        }
    }
}
