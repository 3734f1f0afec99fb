internal import Status

/// One thing that somebody should look at, and where it is told in full.
struct Attention: Sendable, Equatable {
    enum Target: Sendable, Equatable {
        case host(String)
        case refusal(Int)
        case alarm(AlarmKey)
    }

    var isError: Bool
    /// Whom it is about.
    var subject: String
    var code: String?
    var text: String
    /// Lines to copy where the node worked them out.
    var fix: [String]
    /// `nil` where this page says all there is.
    var target: Target?
    var since: Double?
    /// What stands in the place of a code where there is none.
    var label: String?
    /// What it means in a sentence, and where that is written, of what no code explains.
    var meaning: String?
    var place: String?

    /// All of a document, errors first: the node itself, its own links, refusals, hosts, and what their alarms say.
    /// - Parameter alarms: the raised ones, worst first.
    static func all(of document: StatusDocument, _ alarms: [ShownAlarm] = []) -> [Attention] {
        let all = node(document) + links(document) + refusals(document) + hosts(document) + self.alarms(alarms)
        return all.filter(\.isError) + all.filter { !$0.isError }
    }

    private static func node(_ document: StatusDocument) -> [Attention] {
        var found: [Attention] = []
        if let degraded = document.store?.degraded {
            found.append(
                Attention(
                    isError: true,
                    subject: "the store",
                    code: degraded.code,
                    text: degraded.text,
                    fix: [],
                    since: degraded.sinceAt
                )
            )
        }
        if let problems = document.node.configProblems, problems > 0 {
            let file = document.node.configDirectory.map { " in \($0)" } ?? ""
            found.append(
                Attention(
                    isError: false,
                    subject: document.node.hostname,
                    text: "\(problems) \(problems == 1 ? "problem" : "problems") in its configuration",
                    fix: ["ndstream \(document.node.role == .agent ? "agent" : "parent") --check   # the files\(file)"]
                )
            )
        }
        for exporter in document.exporters ?? [] {
            guard let error = exporter.lastError else { continue }
            found.append(Attention(isError: true, subject: "export \(exporter.name)", text: error, fix: []))
        }
        return found
    }

    private static func links(_ document: StatusDocument) -> [Attention] {
        document.links.compactMap { link in
            guard let error = link.lastError, link.state != .live, link.state != .replicating else { return nil }
            let name = document.hosts.first { $0.guid == link.hostGUID }?.hostname ?? link.hostGUID
            return Attention(
                isError: true,
                subject: "\(name) to \(link.destination ?? "?")",
                code: error.code,
                text: spoken(error.text) + (error.evidence.map { ": \($0)" } ?? ""),
                fix: error.fix,
                target: .host(link.hostGUID),
                since: error.at
            )
        }
    }

    private static func refusals(_ document: StatusDocument) -> [Attention] {
        document.refusals.enumerated().map { index, refusal in
            let who = [refusal.hostname, refusal.address].compactMap { $0 }.joined(separator: " ")
            return Attention(
                isError: true,
                subject: who,
                code: refusal.code,
                text: spoken(refusal.text),
                fix: refusal.fix,
                target: .refusal(index),
                since: refusal.firstAt
            )
        }
    }

    /// What alarms of one host have in common that say the same of many charts: those that watch when each was collected,
    /// when its collector or the host itself is gone.
    private struct Saying: Hashable {
        let host: String
        let name: String
        let info: String?
        let isCritical: Bool

        init(_ alarm: StatusDocument.RaisedAlarm) {
            (host, name, info, isCritical) = (alarm.hostGUID, alarm.name, alarm.info, alarm.isCritical)
        }
    }

    /// Those that nobody silenced; of a host that is away, that is what matters. What several say alike stands here once.
    private static func alarms(_ alarms: [ShownAlarm]) -> [Attention] {
        let wanted = alarms.filter(\.needsAttention)
        var charts: [Saying: Int] = [:]
        for shown in wanted { charts[Saying(shown.alarm), default: 0] += 1 }
        return wanted.compactMap { shown in
            let alarm = shown.alarm
            // The first one stands for all.
            guard let count = charts.removeValue(forKey: Saying(alarm)) else { return nil }
            let value =
                (alarm.valueText.map { $0.isEmpty ? "" : ": \($0)" } ?? "") + (count > 1 ? ", on \(count) charts" : "")
            let info = alarm.info.flatMap { $0.isEmpty ? nil : $0 }
            return Attention(
                isError: alarm.isCritical,
                subject: alarm.hostname,
                text: (info ?? "\(alarm.chart).\(alarm.name)") + value,
                fix: [],
                target: .alarm(shown.key),
                since: alarm.sinceAt,
                label: alarm.isCritical ? "CRIT" : "WARN",
                meaning: "\(alarm.chart).\(alarm.name) is \(alarm.status)\(value)",
                place: alarm.source.map { placeOfDefinition($0) }
            )
        }
    }

    private static func hosts(_ document: StatusDocument) -> [Attention] {
        document.hosts.filter(needsAttention).flatMap { host -> [Attention] in
            if host.problems.isEmpty {
                return [
                    Attention(
                        isError: stateRole(host.state) == .bad,
                        subject: host.hostname,
                        code: host.lastDisconnect?.code,
                        text: stateWord(host) + (host.lastDisconnect.map { ": \(spoken($0.text))" } ?? ""),
                        fix: [],
                        target: .host(host.guid),
                        since: host.sinceAt
                    )
                ]
            }
            return host.problems.map { problem in
                Attention(
                    isError: problem.severity == "error",
                    subject: host.hostname,
                    code: problem.code,
                    text: spoken(problem.text),
                    fix: problem.fixLines,
                    target: .host(host.guid),
                    since: host.sinceAt
                )
            }
        }
    }
}
