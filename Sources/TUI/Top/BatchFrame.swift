internal import Diagnostics
public import Status

/// One sample of `top` as plain lines, for files, pipes and screen readers: all columns, aligned, without escapes.
///
/// The first line is about the node, the second names the columns, then one line per host in the document's order, one per
/// problem of a host, one per raised alarm, one where the database's disk is ill, one per sender and one per refusal.
public func batchFrame(_ document: StatusDocument, appearance: Appearance) -> String {
    var lines = [summary(document, appearance)]
    let columns = HostColumn.allCases.filter { $0 != .history }
    var table = [columns.map(\.heading)]
    var absences: [String?] = [nil]
    for host in document.hosts {
        table.append(columns.map { cell($0, host, document, appearance) })
        absences.append(host.state.isConnected ? nil : oneLine(absence(host, appearance), appearance))
    }
    if document.node.program != "ndstream" { lines.append(oneLine("note: " + unknownColumns(document), appearance)) }
    let widths = columns.indices.map { index in table.map { displayWidth(of: $0[index]) }.max() ?? 0 }
    for (row, absence) in zip(table, absences) {
        var line = ""
        for (index, column) in columns.enumerated() {
            line += (index == 0 ? "" : " ") + padded(row[index], widths[index], right: column.isRightAligned)
        }
        if let absence { line += "  " + absence }
        while line.last == " " { line.removeLast() }
        lines.append(line)
    }
    for host in document.hosts {
        for problem in host.problems {
            lines.append(oneLine("problem: \(host.hostname) \(problem.code) \(problem.text)", appearance))
        }
    }
    for alarm in document.alarms?.raised ?? [] {
        let parts = [
            "alarm: \(alarm.status) \(alarm.hostname) \(alarm.chart).\(alarm.name)", alarm.valueText, alarm.info,
            alarm.sinceAt.map { "for " + Figures.age(document.at - $0) },
            alarm.disabled == true ? "disabled" : alarm.silenced ? "silenced" : nil,
        ]
        lines.append(oneLine(parts.compactMap { $0 }.joined(separator: "  "), appearance))
    }
    if let degraded = document.store?.degraded {
        let age = Figures.age(document.at - degraded.sinceAt)
        lines.append(oneLine("degraded: \(degraded.code) \(degraded.text), for \(age)", appearance))
    }
    for link in document.links {
        let name = document.hosts.first { $0.guid == link.hostGUID }?.hostname ?? link.hostGUID
        let parts = linkParts(link, now: document.at, appearance).joined(separator: "  ")
        lines.append(oneLine("sending: \(name) to \(parts)", appearance))
    }
    for refusal in document.refusals {
        let who = [refusal.address, refusal.hostname].compactMap { $0 }.joined(separator: " ")
        lines.append(oneLine("refused: \(refusal.code) \(refusal.text)  \(who)  \(refusal.tries) tries", appearance))
    }
    return lines.joined(separator: "\n") + "\n"
}

/// One sample as comma-separated values (RFC 4180), one line for each host: raw numbers, empty where unknown.
public func csvFrame(_ document: StatusDocument, withNames: Bool) -> String {
    var lines: [String] = []
    if withNames { lines.append(csvFields.map(\.name).joined(separator: ",")) }
    for host in document.hosts {
        lines.append(csvFields.map { quoted($0.value(host, document)) }.joined(separator: ","))
    }
    return lines.map { $0 + "\r\n" }.joined()
}

/// The names are those of the status document.
private let csvFields: [(name: String, value: @Sendable (StatusDocument.Host, StatusDocument) -> String?)] = [
    ("at", { Figures.decimal($1.at, 3) }), ("guid", { host, _ in host.guid }),
    ("hostname", { host, _ in host.hostname }), ("state", { host, _ in host.state.rawValue }),
    ("since_at", { host, _ in host.sinceAt.map { Figures.decimal($0, 3) } }),
    ("lag_s", { host, _ in host.lagSeconds.map { Figures.decimal($0, 3) } }),
    ("samples_ps", { host, _ in host.samplesPerSecond.map { Figures.decimal($0, 1) } }),
    ("in_bps", { host, _ in host.inBytesPerSecond.map { Figures.decimal($0, 1) } }),
    ("in_raw_bps", { host, _ in host.inRawBytesPerSecond.map { Figures.decimal($0, 1) } }),
    ("compression", { host, _ in host.connection?.compression }),
    ("ratio_now", { host, _ in host.connection?.ratioNow.map { Figures.decimal($0, 2) } }),
    ("replication_pct", { host, _ in host.replication.map { Figures.decimal($0.percent, 1) } }),
    ("clock_offset_s", { host, _ in host.clockOffsetSeconds.map { Figures.decimal($0, 3) } }),
    ("hops", { host, _ in host.hops.map(String.init) }), ("tls", { host, _ in host.connection?.tls?.version }),
    ("via", { host, _ in host.via }), ("address", { host, _ in host.address }),
    ("version", { host, _ in host.version }), ("connects", { host, _ in host.connects.map(String.init) }),
    ("disconnects", { host, _ in host.disconnects.map(String.init) }),
    ("code", { host, _ in host.problems.first?.code }), ("problem", { host, _ in host.problems.first?.text }),
    ("alarms_critical", { host, _ in host.alarms.map { String($0.critical) } }),
    ("alarms_warning", { host, _ in host.alarms.map { String($0.warning) } }),
]

private func quoted(_ text: String?) -> String {
    let safe = escapedForLog(text ?? "")
    let needsQuotes = safe.contains { $0 == "," || $0 == "\"" } || safe.first == " " || safe.last == " "
    return needsQuotes
        ? "\"" + safe.split(separator: "\"", omittingEmptySubsequences: false).joined(separator: "\"\"") + "\"" : safe
}

private func summary(_ document: StatusDocument, _ appearance: Appearance) -> String {
    let node = document.node
    var parts = ["\(node.role.rawValue) \(node.hostname)", Figures.clock(document.at, offset: appearance.utcOffset)]
    if let started = node.startedAt { parts.append("up " + Figures.uptime(document.at - started)) }
    parts.append(hostTally(document))
    if let totals = document.totals {
        if takesStreams(node, totals) { parts.append("in \(Figures.rate(totals.inBytesPerSecond))") }
        parts.append("\(Figures.short(totals.samplesPerSecond)) samples/s")
        if let out = totals.outBytesPerSecond, out > 0 { parts.append("out \(Figures.rate(out))") }
    }
    return oneLine(parts.joined(separator: "  "), appearance)
}

/// A field never contains a blank, so that columns can be counted.
private func cell(
    _ column: HostColumn,
    _ host: StatusDocument.Host,
    _ document: StatusDocument,
    _ appearance: Appearance
) -> String {
    // What is away has no figures.
    let isFigure = [.lag, .samples, .wire, .raw, .compression, .ratio, .clock].contains(column)
    if isFigure && !host.state.isConnected { return "-" }
    var text = oneLine(column.text(host, at: document.at, width: column.width, appearance), appearance)
    if column == .via, let via = document.hosts.first(where: { $0.guid == host.via }) {
        text = oneLine(via.hostname, appearance)
    }
    let joined = String(text.map { $0 == " " ? "_" : $0 })
    return joined.isEmpty ? "-" : joined
}
