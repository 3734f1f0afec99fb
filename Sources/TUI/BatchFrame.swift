public import Status

/// One sample of `top` as plain lines, for files, pipes and screen readers: all columns, aligned, without escapes.
///
/// The first line is about the node, the second names the columns, then one line per host in the document's order, one where
/// the database's disk is ill, one per sender and one per refusal.
public func batchFrame(_ document: StatusDocument, appearance: Appearance) -> String {
    var lines = [summary(document, appearance)]
    let columns = HostColumn.allCases.filter { $0 != .history }
    var table = [columns.map(\.heading)]
    var absences: [String?] = [nil]
    for host in document.hosts {
        table.append(columns.map { cell($0, host, document.at, appearance) })
        absences.append(host.state.isConnected ? nil : oneLine(absence(host, appearance), appearance))
    }
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
    _ now: Double,
    _ appearance: Appearance
) -> String {
    // What is away has no figures.
    let isFigure = [.lag, .samples, .wire, .raw, .compression, .ratio, .clock].contains(column)
    if isFigure && !host.state.isConnected { return "-" }
    let text = oneLine(column.text(host, at: now, width: column.width, appearance), appearance)
    let joined = String(text.map { $0 == " " ? "_" : $0 })
    return joined.isEmpty ? "-" : joined
}
