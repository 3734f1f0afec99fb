internal import Diagnostics
public import Status

/// The status document as `--status` prints it: the node, its hosts, gaps, links, refusals and store, as text without
/// colours. Tables are aligned and nothing is wider than ``statusColumns``, but what is to be copied.
public func statusText(_ document: StatusDocument, appearance: Appearance) -> String {
    var report = StatusPrinter(document, appearance)
    report.node()
    report.hosts()
    report.links()
    report.refusals()
    report.alarms()
    report.store()
    return report.lines.joined(separator: "\n") + "\n"
}

/// The widest line of the report.
public let statusColumns = 100

/// Puts the report together, part after part.
private struct StatusPrinter {
    private(set) var lines: [String] = []
    private let document: StatusDocument
    private let appearance: Appearance

    init(_ document: StatusDocument, _ appearance: Appearance) {
        self.document = document
        self.appearance = appearance
    }

    // MARK: The node

    mutating func node() {
        let node = document.node
        var title = "\(node.role.rawValue) \(node.hostname)  \(node.program) \(node.version)"
        if let started = node.startedAt { title += "  up " + Figures.uptime(document.at - started) }
        add(title)
        add("  guid \(node.guid)  at \(Figures.clock(document.at, offset: appearance.utcOffset))")
        add(
            parts: [
                node.cpuPercent.map { "cpu \(Figures.decimal($0, 1)) %" },
                "memory " + Figures.memory(node.residentBytes),
                node.fileDescriptors.map { "files \($0)" + (node.fileDescriptorsMax.map { " of \($0)" } ?? "") },
                node.threads.map { "threads \($0)" },
            ]
        )
        add(
            parts: [
                node.databaseMode.map { "memory mode \($0)" },
                node.compression.map { "compression " + ($0 ? "on" : "off") },
                node.tls.map { "TLS \($0.rawValue)" },
                node.configDirectory.map { "configuration \($0)" },
                node.configProblems.map { $0 == 0 ? "no problems" : "\($0) problems in it: --check" },
            ]
        )
        guard let totals = document.totals else { return }
        var received = "in \(Figures.rate(totals.inBytesPerSecond)), raw \(Figures.rate(totals.inRawBytesPerSecond))"
        if let wire = totals.inBytesPerSecond, let raw = totals.inRawBytesPerSecond, wire > 0 {
            received += " (\(Figures.decimal(raw / wire, 1)):1)"
        }
        add(
            parts: [
                received, "\(Figures.short(totals.samplesPerSecond)) samples/s",
                "out " + Figures.rate(totals.outBytesPerSecond),
            ]
        )
    }

    // MARK: Hosts

    private typealias Column = (heading: String, right: Bool, widest: Int, text: (StatusDocument.Host) -> String)

    private var columns: [Column] {
        func figure(_ text: @escaping (StatusDocument.Host) -> String) -> (StatusDocument.Host) -> String {
            // What is away has no figures.
            { $0.state.isConnected ? text($0) : "-" }
        }
        return [
            ("HOST", false, 20, { $0.hostname }), ("STATE", false, 9, { stateWord($0) }),
            ("ADDRESS", false, 15, { $0.address ?? "-" }), ("HOP", true, 3, { $0.hops.map(String.init) ?? "-" }),
            ("VERSION", false, 8, { $0.version ?? "-" }),
            ("kB/s", true, 7, figure { Figures.kilobytes($0.inBytesPerSecond) }),
            ("RAW", true, 7, figure { Figures.kilobytes($0.inRawBytesPerSecond) }),
            ("RATIO", true, 5, figure { $0.connection?.ratioNow.map { Figures.decimal($0, 1) } ?? "-" }),
            ("SMPL/s", true, 6, figure { Figures.short($0.samplesPerSecond) }),
            ("LAG", true, 5, figure { Figures.lag($0.lagSeconds) }),
            ("CLOCK", true, 6, figure { Figures.signedSeconds($0.clockOffsetSeconds) }),
        ]
    }

    mutating func hosts() {
        add("")
        add("HOSTS \(document.hosts.count): \(hostTally(document))" + dropped("hosts"))
        let columns = columns
        let table = [columns.map(\.heading)] + document.hosts.map { host in columns.map { cell($0.text(host)) } }
        let widths = columns.indices.map { index in
            min(columns[index].widest, table.map { displayWidth(of: $0[index]) }.max() ?? 0)
        }
        for (number, row) in table.enumerated() {
            let cells = row.indices.map { index in
                padded(short(row[index], widths[index]), widths[index], right: columns[index].right)
            }
            add("  " + cells.joined(separator: " "))
            if number > 0 { details(document.hosts[number - 1]) }
        }
    }

    /// What is worth a line of its own.
    private mutating func details(_ host: StatusDocument.Host) {
        if let replication = host.replication {
            let left = [
                replication.chartsLeft.map { "\($0) charts left" },
                replication.remainingSeconds.map { "about \(Figures.age($0)) to go" },
            ].compactMap { $0 }
            add(detail: "replication \(Figures.decimal(replication.percent, 0)) %" + left.map { ", \($0)" }.joined())
        }
        if let leaving = host.lastDisconnect {
            let counts = "\(host.connects ?? 0) connects, \(host.disconnects ?? 0) disconnects"
            add(detail: "\(counts), the last \(ago(leaving.at)): \(leaving.code) \(leaving.text)")
        } else if let disconnects = host.disconnects, disconnects > 0 {
            add(detail: "\(host.connects ?? 0) connects, \(disconnects) disconnects")
        }
        if host.connection?.compression == "none", let reason = host.connection?.compressionReason {
            add(detail: "not compressed: \(reason)")
        }
        for problem in host.problems where problem.code != host.lastDisconnect?.code {
            add(detail: "\(problem.severity): \(problem.code) \(problem.text)")
            add(fix: problem.fixLines)
        }
        for gap in host.gaps.reversed() {
            let times = [gap.fromAt, gap.toAt].map { Figures.clock($0, offset: appearance.utcOffset) }
            let code = gap.code.map { " \($0)" } ?? ""
            add(
                detail: "gap \(times[0]) to \(times[1]), \(Figures.lag(gap.toAt - gap.fromAt)): \(gap.cause)\(code), "
                    + (gap.filled ? "filled" : "not filled")
            )
        }
        if let more = host.dropped?["gaps"] { add(detail: "and \(more) older gaps") }
        if let expires = host.expiresAt { add(detail: "forgotten in \(Figures.age(expires - document.at))") }
    }

    // MARK: Links

    mutating func links() {
        guard !document.links.isEmpty else { return }
        add("")
        add("LINKS \(document.links.count)" + dropped("links"))
        for link in document.links {
            let name = document.hosts.first { $0.guid == link.hostGUID }?.hostname ?? link.hostGUID
            var parts = ["\(name) to \(link.destination ?? "-"): \(link.state.rawValue)"]
            if let compression = link.compression { parts.append(compression) }
            if let out = link.outBytesPerSecond { parts.append("out \(Figures.rate(out))") }
            if let buffer = link.bufferBytes, let most = link.bufferMaxBytes {
                parts.append("buffer \(Figures.memory(buffer)) of \(Figures.memory(most))")
            }
            if let lost = link.droppedSamples, lost > 0 { parts.append("\(lost) samples dropped") }
            if let retry = link.retryAt, link.state == .waiting {
                parts.append("retry in \(Figures.age(retry - document.at))")
            }
            if let attempts = link.attempts, attempts > 0 { parts.append("\(attempts) attempts") }
            add(parts: parts)
            if let tls = link.tls {
                add(detail: (["encrypted"] + tlsParts(tls, now: document.at)).joined(separator: ", "))
                for warning in tls.warnings { add(detail: "warning: \(warning.code) \(warning.text)") }
            }
            if let error = link.lastError {
                add(detail: "last error \(ago(error.at)): \(error.code) \(error.text)")
                // Most texts end with it.
                if let evidence = error.evidence, !error.text.contains(evidence) { add(detail: evidence) }
                if link.state != .live { add(fix: error.fix) }
            }
            for candidate in link.candidates where candidate.destination != link.destination {
                let skipped = candidate.skippedUntilAt.map { ", again in \(Figures.age($0 - document.at))" }
                add(
                    detail: "or \(candidate.destination)" + (candidate.state.map { ": \($0)" } ?? "")
                        + (candidate.code.map { " \($0)" } ?? "") + (skipped ?? "")
                )
            }
        }
    }

    // MARK: Refusals

    mutating func refusals() {
        guard !document.refusals.isEmpty else { return }
        add("")
        add("REFUSED \(document.refusals.count)" + dropped("refusals"))
        for refusal in document.refusals {
            let who = [
                refusal.hostname, refusal.address.map { "from \($0)" }, refusal.key.map { "with key \($0)" },
            ].compactMap { $0 }.joined(separator: " ")
            let tries =
                refusal.tries == 1 ? "once" : "\(refusal.tries) times in \(Figures.age(document.at - refusal.firstAt))"
            add(parts: [who, "\(tries), last \(ago(refusal.lastAt))"])
            add(detail: "\(refusal.code) \(refusal.text)")
            if let decided = refusal.decidedBy { add(detail: "decided by \(decided)") }
            if let nearest = refusal.nearestKey { add(detail: "the key most like it: \(nearest)") }
            add(fix: refusal.fix)
        }
    }

    /// To be copied, so never broken.
    private mutating func add(fix: [String]) {
        for (index, line) in fix.enumerated() { lines.append("      " + (index == 0 ? "fix: " : "     ") + safe(line)) }
    }

    // MARK: The store

    mutating func alarms() {
        guard let alarms = document.alarms else { return }
        add("")
        add("ALARMS \(alarms.critical) critical, \(alarms.warning) warning of \(alarms.total)")
        let most = 20
        for alarm in alarms.raised.prefix(most) {
            let mark = alarm.disabled == true ? "disabled" : alarm.silenced ? "silenced" : nil
            let since = alarm.sinceAt.map { "for " + Figures.age(document.at - $0) }
            add(parts: [alarm.status, alarm.hostname, "\(alarm.chart).\(alarm.name)", alarm.valueText, since, mark])
        }
        if alarms.raised.count > most { add(detail: "and \(alarms.raised.count - most) more: ndstream top, 6") }
    }

    mutating func store() {
        guard let store = document.store else { return }
        add("")
        add(
            parts: [
                "store: mode \(store.mode)", store.bytes.map { Figures.memory($0) },
                store.quotaBytes.map { "of \(Figures.memory($0))" }, store.segments.map { "\($0) segments" },
                store.oldestAt.map { "oldest sample \(ago($0))" },
            ],
            indent: ""
        )
        if let degraded = store.degraded { add(detail: "degraded: \(degraded.code) \(degraded.text)") }
    }

    // MARK: Lines

    private func ago(_ at: Double) -> String { Figures.age(document.at - at) + " ago" }

    private func dropped(_ list: String) -> String { document.dropped?[list].map { " and \($0) more" } ?? "" }

    /// Peers' texts can neither break a line nor reach the terminal.
    private func safe(_ text: String) -> String { oneLine(text, appearance) }

    /// Without blanks, so that columns can be counted.
    private func cell(_ text: String) -> String {
        let text = String(safe(text).map { $0 == " " ? "_" : $0 })
        return text.isEmpty ? "-" : text
    }

    private func short(_ text: String, _ width: Int) -> String {
        displayWidth(of: text) <= width ? text : cut(text, width - 1) + appearance.ellipsis
    }

    private mutating func add(_ text: String) {
        var line = short(safe(text), statusColumns)
        while line.last == " " { line.removeLast() }
        lines.append(line)
    }

    /// As many parts to a line as fit.
    private mutating func add(parts: [String?], indent: String = "  ") {
        var line = ""
        for part in parts.compactMap({ $0 }) where !part.isEmpty {
            if line.isEmpty {
                line = indent + part
            } else if displayWidth(of: line) + 3 + displayWidth(of: part) <= statusColumns {
                line += "   " + part
            } else {
                add(line)
                line = indent + part
            }
        }
        if !line.isEmpty { add(line) }
    }

    private mutating func add(detail: String) {
        for (number, piece) in wrapped(safe(detail), width: statusColumns - 8).enumerated() {
            lines.append((number == 0 ? "      " : "        ") + piece)
        }
    }
}
