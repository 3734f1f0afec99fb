internal import Config
internal import Diagnostics
internal import Transport

/// What would happen between a parent and a child by their files: no network.
public struct Rehearsal {
    private let parent: ConfigurationFile?
    private let child: ConfigurationFile?
    /// Seconds since 1970.
    private let now: Int64
    /// Whether a file exists.
    private let exists: (String) -> Bool

    /// - Parameters:
    ///   - parent: its netdata.conf.
    ///   - child: its stream.conf.
    public init(
        parent: ConfigurationFile?,
        child: ConfigurationFile?,
        now: Int64,
        exists: @escaping (String) -> Bool
    ) {
        self.parent = parent
        self.child = child
        self.now = now
        self.exists = exists
    }

    public func report() -> Report {
        let names = [parent?.path, child?.path].compactMap { $0 }
        var report = Report(names.joined(separator: " and "), at: now)
        for file in [parent, child].compactMap({ $0 }) where file.failure != nil {
            report.obstacle = .unreadableConfiguration
            report.problems.append(
                Problem(
                    .configUnreadable,
                    "what cannot be read",
                    values: ["file": file.path, "reason": file.failure ?? ""],
                    evidence: ["\(file.path): \(file.failure ?? "")"]
                )
            )
        }
        guard report.obstacle == nil else { return report }
        report.problems += idleChild + oddities
        if let parent {
            let stand = Stand(parent, now: now, exists: exists)
            report.problems += stand.problems
            let children = self.children
            for port in parent.configuration.web.bindTo where port.unixPath == nil {
                let (one, problems) = stand.report(port, children.filter { $0.destination.port == port.port })
                report.ports.append(one)
                report.problems += problems.filter { !report.problems.contains($0) }
            }
            report.problems += children.compactMap { lost($0, parent) }
        } else if child != nil {
            report.ports = [alone]
        }
        return report
    }

    private var children: [Child] {
        child.map { child in child.configuration.stream.destinations.map { child.child($0) } } ?? []
    }

    /// What is wrong with the lines that matter here.
    private var oddities: [Problem] {
        let names = [
            (parent, "web", ["bind to", "ssl key", "ssl certificate", "tls version", "tls ciphers"]),
            (
                child, "stream",
                ["destination", "CAfile", "CApath", "ssl skip certificate verification", "ssl verify hostname"]
            ),
        ]
        return names.flatMap { file, section, names -> [Problem] in
            guard let file else { return [] }
            let origins = names.filter { file.isSet(section, $0) }.map {
                file.configuration.settings.origin(section, $0)
            }
            let found = file.configuration.findings.filter { finding in
                finding.severity > .info && origins.contains(finding.origin)
                    // Said with more words elsewhere.
                    && finding.condition != .configSkipsVerification
            }
            return found.map {
                Problem(
                    $0.condition,
                    "what is odd about the configuration",
                    values: $0.values,
                    evidence: ["\(file.path)\($0.line.map { ":\($0)" } ?? "")"],
                    fixes: [$0.advice].compactMap { $0 }
                )
            }
        }
    }

    /// A child that connects to nobody, whatever TLS does.
    private var idleChild: [Problem] {
        guard let child else { return [] }
        let stream = child.configuration.stream
        let reason: String
        let name: String
        if !stream.isEnabled {
            (reason, name) = ("enabled = no", "enabled")
        } else if stream.destinations.isEmpty {
            (reason, name) = ("no destination", "destination")
        } else if stream.apiKey == nil {
            (reason, name) = ("no api key that is a GUID", "api key")
        } else {
            return []
        }
        let source = child.source("stream", name)
        return [
            Problem(
                .streamingDisabled,
                "why your child connects to nobody",
                values: ["reason": reason],
                evidence: ["\(source.setting)  \(source.place)"]
            )
        ]
    }

    /// A destination that no port of the parent is for.
    private func lost(_ child: Child, _ parent: ConfigurationFile) -> Problem? {
        let ports = parent.configuration.web.bindTo.filter { $0.unixPath == nil }.map(\.port)
        guard child.destination.transport == .tcp, !ports.contains(child.destination.port) else { return nil }
        let source = parent.source("web", "bind to")
        return Problem(
            .destinationWithoutPort,
            "where \(child.destination) leads",
            values: [
                "port": child.destination.port, "destination": child.destination.description,
                "known": ports.first ?? "19999",
            ],
            evidence: ["\(source.setting)  \(source.place)"]
        )
    }

    /// A child whose parent is not known: the rows that it can be in.
    private var alone: PortReport {
        var port = PortReport("any parent")
        if let encrypting = children.first(where: \.destination.tls) {
            let trust = Judgement(Offer(.unreachable), encrypting, now: now)
            port.facts = trust.trustFacts
        }
        for child in children {
            let row = child.destination.tls ? child.isSkipping ? 5 : 4 : nil
            let sentence =
                row.map { "row \($0) where the parent has TLS, and else never connects" }
                ?? "row 1, 2 or 3: that is the parent's to say"
            port.places.append(
                Place(
                    child.destination.description,
                    row: Row.all.first { $0.number == row },
                    connects: nil,
                    sentence,
                    sources: child.sources
                )
            )
        }
        port.verdicts = Row.all.map { Verdict($0, .none, "the parent is not known") }
        return port
    }
}
