internal import Diagnostics
internal import Status

/// What leaves the screen: lines for the clipboard, a report for a file.
extension TopState {
    /// What to change for what is looked at; without a problem the name of the host.
    mutating func copy() -> Command {
        switch view {
        case .rejected:
            guard let refusals = document?.refusals, refusals.indices.contains(selectedRefusal) else { return .nothing }
            return copy(fixLines(code: refusals[selectedRefusal].code, own: refusals[selectedRefusal].fix))
        case .topology:
            let node = topology.first { $0.id == selectedNode }
            return copy(node.map { [$0.name] } ?? [])
        case .events:
            let events = shownEvents
            return copy(events.indices.contains(scroll) ? [events[scroll].code + " " + events[scroll].text] : [])
        case .alarms: return copy(alarmPlaces)
        case .hosts, .host:
            guard let host = selectedHost else { return .nothing }
            guard tagged.isEmpty || view == .host else {
                return copy(hosts.filter { tagged.contains($0.guid) }.map(\.hostname))
            }
            if let item = attention.first(where: { $0.target == .host(host.guid) }) { return copy(attentionFix(item)) }
            return copy([host.hostname])
        }
    }

    mutating func copy(_ lines: [String]) -> Command {
        guard !lines.isEmpty else {
            say("nothing to copy here", isBad: true)
            return .nothing
        }
        let count = "\(lines.count) \(lines.count == 1 ? "line" : "lines")"
        say("\(count) given to the terminal's clipboard; where it takes none, w writes a file")
        return .copy(lines.joined(separator: "\n") + "\n")
    }

    /// Lines to copy; of an alarm where it is defined.
    func attentionFix(_ item: Attention) -> [String] {
        item.place.map { [$0] } ?? fixLines(code: item.code ?? "", own: item.fix)
    }

    /// Everything that needs attention, with reasons and fixes, as text.
    func report() -> String {
        guard var document else { return "\(source): nothing came from it yet.\n" }
        var lines = ["\(document.node.role.rawValue) \(document.node.hostname): \(hostTally(document))", ""]
        for item in attention {
            lines.append(
                "\(item.isError ? "error" : "warning")  \(item.subject)  \(item.code ?? item.label ?? "")  \(item.text)"
            )
            if let condition = item.code.flatMap(Catalogue.condition(code:)) { lines.append("  " + condition.sentence) }
            if let meaning = item.meaning { lines.append("  " + meaning) }
            lines += attentionFix(item).map { (item.place == nil ? "  fix: " : "  defined in ") + $0 }
            lines.append("")
        }
        document.node.guid = privacy.shown(guid: document.node.guid)
        if attention.isEmpty { lines += ["Nothing needs attention.", ""] }
        return lines.joined(separator: "\n") + "\n" + statusText(document, appearance: Appearance())
    }
}

/// What to do about a condition: as the node worked it out, else as the catalogue has it.
func fixLines(code: String, own: [String]) -> [String] {
    own.isEmpty ? (Catalogue.condition(code: code)?.fix ?? []).map { spelledOut($0) } : own
}

extension StatusDocument.Problem {
    /// Its fix in lines to copy.
    var fixLines: [String] { fix?.split(separator: "\n").map(String.init) ?? [] }
}

/// A line of the log without what it begins with, because on a screen host and address have a place of their own, and without
/// the end that all refusals have.
func spoken(_ text: String) -> String {
    let message = messageParts(text).message
    let ending = " Forbidding access."
    return message.hasSuffix(ending) ? String(message.dropLast(ending.count)) : message
}
