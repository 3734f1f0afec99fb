internal import Status

/// What is hidden, so that a picture can be shown to strangers.
enum Privacy: Int, Sendable, CaseIterable {
    case none
    /// Addresses, keys and GUIDs.
    case addresses
    /// Names of hosts, too.
    case names

    var next: Privacy { Privacy(rawValue: rawValue + 1) ?? .none }

    var word: String {
        switch self {
        case .none: ""
        case .addresses: "addresses hidden"
        case .names: "names and addresses hidden"
        }
    }

    /// A GUID as it may be shown; the document's own stay, because rows are known by them.
    func shown(guid: String) -> String { self == .none ? guid : String(guid.prefix(4)) + "…" }

    /// The document with other texts. The same host has the same name in all of it.
    func applied(to document: StatusDocument) -> StatusDocument {
        guard self != .none else { return document }
        return Mask(document, hidesNames: self == .names).masked(document)
    }
}

/// Other texts for what is known to be a name, an address, a key or a GUID, and for whatever looks like one.
private struct Mask {
    private var replacements: [(known: String, shown: String)] = []

    init(_ document: StatusDocument, hidesNames: Bool) {
        var known: [String: String] = [:]
        func add(_ text: String?, _ shown: String) {
            guard let text, text.count > 2, known[text] == nil else { return }
            known[text] = shown
        }
        if hidesNames {
            for (index, host) in document.hosts.enumerated() {
                add(host.hostname, index == 0 ? "this-node" : "host-\(index)")
                add(host.hostnameBefore, "former-name")
            }
            add(document.node.hostname, "this-node")
            for (index, refusal) in document.refusals.enumerated() { add(refusal.hostname, "stranger-\(index + 1)") }
        }
        for host in document.hosts { add(host.guid, String(host.guid.prefix(4)) + "…") }
        for link in document.links {
            for place in [link.destination] + link.candidates.map(\.destination) {
                add(place, "parent.example:19999")
                add(place.map { String($0.split(separator: ":").first ?? "") }, "parent.example")
            }
        }
        // The longest first: a name may be a part of another one.
        replacements = known.map { ($0.key, $0.value) }
            .sorted { ($0.known.count, $0.known) > ($1.known.count, $1.known) }
    }

    func masked(_ document: StatusDocument) -> StatusDocument {
        var shown = document
        shown.node.hostname = text(document.node.hostname)
        shown.node.configDirectory = document.node.configDirectory.map { text($0) }
        shown.hosts = document.hosts.map { masked($0) }
        shown.links = document.links.map { masked($0) }
        shown.refusals = document.refusals.map { masked($0) }
        shown.alarms?.raised = masked(document.alarms?.raised ?? [])
        shown.events = document.events.map { event in
            var event = event
            event.text = text(event.text)
            return event
        }
        return shown
    }

    /// Thousands of alarms have few texts.
    private func masked(_ alarms: [StatusDocument.RaisedAlarm]) -> [StatusDocument.RaisedAlarm] {
        var known: [String: String] = [:]
        func text(_ original: String) -> String {
            if let shown = known[original] { return shown }
            let shown = self.text(original)
            known[original] = shown
            return shown
        }
        return alarms.map { alarm in
            var shown = alarm
            shown.hostname = text(alarm.hostname)
            shown.chart = text(alarm.chart)
            shown.name = text(alarm.name)
            shown.info = alarm.info.map { text($0) }
            shown.source = alarm.source.map { text($0) }
            shown.recipient = alarm.recipient.map { _ in "…" }
            return shown
        }
    }

    private func masked(_ host: StatusDocument.Host) -> StatusDocument.Host {
        var shown = host
        shown.hostname = text(host.hostname)
        shown.hostnameBefore = host.hostnameBefore.map { text($0) }
        shown.address = host.address.map { text($0) }
        shown.port = nil
        shown.connection?.key = host.connection?.key.map { _ in "…" }
        shown.connection?.tls?.subject = host.connection?.tls?.subject.map { text($0) }
        shown.lastDisconnect?.text = text(host.lastDisconnect?.text ?? "")
        shown.problems = host.problems.map { problem in
            var problem = problem
            problem.text = text(problem.text)
            problem.fix = problem.fix.map { text($0) }
            return problem
        }
        return shown
    }

    private func masked(_ link: StatusDocument.Link) -> StatusDocument.Link {
        var shown = link
        shown.destination = link.destination.map { text($0) }
        shown.tls?.subject = link.tls?.subject.map { text($0) }
        shown.lastError?.text = text(link.lastError?.text ?? "")
        shown.lastError?.evidence = link.lastError?.evidence.map { text($0) }
        shown.lastError?.fix = link.lastError?.fix.map { text($0) } ?? []
        shown.candidates = link.candidates.map { candidate in
            var candidate = candidate
            candidate.destination = text(candidate.destination)
            return candidate
        }
        return shown
    }

    private func masked(_ refusal: StatusDocument.Refusal) -> StatusDocument.Refusal {
        var shown = refusal
        shown.text = text(refusal.text)
        shown.hostname = refusal.hostname.map { text($0) }
        shown.address = refusal.address.map { text($0) }
        shown.key = refusal.key.map { _ in "…" }
        shown.nearestKey = refusal.nearestKey.map { _ in "…" }
        shown.fix = refusal.fix.map { text($0) }
        return shown
    }

    private func text(_ original: String) -> String {
        var shown = original
        for (known, other) in replacements where shown.contains(known) {
            shown = shown.split(separator: known, omittingEmptySubsequences: false).joined(separator: other)
        }
        return withoutNumbers(shown)
    }

    /// Words made of hexadecimal digits and the signs of addresses: IPv4, IPv6, GUIDs, keys.
    private func withoutNumbers(_ text: String) -> String {
        var shown = ""
        var word = ""
        func isPart(_ character: Character) -> Bool {
            character.isHexDigit || [".", ":", "-", "…"].contains(character)
        }
        func flush() {
            let signs = word.filter { !$0.isHexDigit }
            let digits = word.count - signs.count
            let isAddress = signs.count(where: { $0 == "." }) >= 3 && digits >= 4
            let isLong =
                word.contains("::")
                || signs.count(where: { $0 == ":" }) >= 3 && digits >= 3 && word.contains { $0.isLetter }
            let isIdentifier = signs.count(where: { $0 == "-" }) >= 4 && digits >= 30
            let isMasked = word.hasPrefix("…") && digits > 0
            shown += isAddress || isLong ? "x.x.x.x" : isIdentifier || isMasked ? "…" : word
            word = ""
        }
        for character in text {
            if isPart(character) {
                word.append(character)
            } else {
                flush()
                shown.append(character)
            }
        }
        flush()
        return shown
    }
}
