internal import Diagnostics
internal import Status

extension TopPainter {
    /// The rows for what is known of the host, and those for its charts: one or the other where there is no room for both.
    var hostPageRows: Range<Int> {
        if state.charts.isZoomed || state.charts.hasFocus && !hasBothPanes { return body.lowerBound..<body.lowerBound }
        return body.lowerBound..<(hasBothPanes ? body.lowerBound + body.count * 11 / 20 : body.upperBound)
    }

    var chartRows: Range<Int> {
        let isShown = hasBothPanes || state.charts.hasFocus
        guard isShown, !state.charts.isZoomed else { return body.upperBound..<body.upperBound }
        // A rule or title, and the heading.
        let top = min(hostPageRows.upperBound + 2, body.upperBound)
        return top..<body.upperBound
    }

    private var hasBothPanes: Bool { body.count >= 28 && state.selectedHost?.state != .rejected }

    /// All that is known of the chosen host, and its charts.
    mutating func drawHostPage() {
        if state.charts.isZoomed { return drawZoom() }
        let page = hostPageRows
        if !page.isEmpty { drawPage(hostLines(), in: page) }
        if hasBothPanes || state.charts.hasFocus { drawCharts(from: page.upperBound, list: chartRows) }
    }

    /// Everything about the chosen host, what is wrong first.
    func hostLines() -> [Line] {
        guard let host = state.selectedHost else { return [Line(" no host is chosen: go to 1 and choose one", .quiet)] }
        var lines = headline(host) + identity(host) + [Line()]
        lines += problemLines(host)
        lines += alarmLines(of: host)
        lines += connectionLines(host)
        if host.state == .local { lines += nodeLines() } else { lines += trafficLines(host) }
        lines += plotLines(host)
        lines += gapLines(host)
        let events = (state.document?.events ?? []).filter { $0.hostGUID == host.guid }
        if !events.isEmpty {
            lines += [Line(), Line(" events of this host", .heading)]
            lines += events.prefix(100).map { eventLine($0, host: nil) }
        }
        return lines
    }

    private func headline(_ host: StatusDocument.Host) -> [Line] {
        var line = Line(" " + host.hostname, .title).with("   ").with(stateWord(host), stateRole(host.state))
        if let since = host.sinceAt { line = line.with(" for " + Figures.uptime(now - since)) }
        if let before = host.hostnameBefore { line = line.with("   was named \(before)", .notice) }
        let guid = "guid " + state.privacy.shown(guid: host.guid)
        guard displayWidth(of: line.text) + 3 + displayWidth(of: guid) > grid.columns else {
            return [line.with("   " + guid, .quiet)]
        }
        return [line, Line(" " + guid, .quiet)]
    }

    private func identity(_ host: StatusDocument.Host) -> [Line] {
        var parts: [String] = []
        if let program = host.program { parts.append(program + (host.version.map { " \($0)" } ?? "")) }
        if let os = host.os { parts.append(os) }
        if let every = host.updateEverySeconds { parts.append("every \(every) s") }
        if let charts = host.charts { parts.append("\(charts) charts") }
        if let dimensions = host.dimensions { parts.append("\(dimensions) dimensions") }
        if let mode = host.databaseMode {
            parts.append("db \(mode)" + (host.retentionSeconds.map { ", has \(Figures.age(Double($0)))" } ?? ""))
        }
        if let health = host.health { parts.append("health \(health)") }
        return fitted(parts, width: grid.columns - 1).map { Line(" " + $0) }
    }

    /// The parts, as many to a line as fit.
    private func fitted(_ parts: [String], width: Int) -> [String] {
        var lines: [String] = []
        for part in parts {
            if let last = lines.last, displayWidth(of: last) + 3 + displayWidth(of: part) <= width {
                lines[lines.count - 1] = last + "   " + part
            } else {
                lines.append(part)
            }
        }
        return lines
    }

    private func problemLines(_ host: StatusDocument.Host) -> [Line] {
        guard !host.problems.isEmpty else { return [] }
        var lines: [Line] = []
        for problem in host.problems {
            lines.append(
                Line(" ! ", problem.severity == "error" ? .bad : .notice)
                    .with(spoken(problem.text), problem.severity == "error" ? .bad : .notice)
                    .with("   " + problem.code, .quiet)
            )
            lines += explanation(code: problem.code, fix: problem.fixLines)
        }
        return lines + [Line()]
    }

    /// Why it is so and what to do, from the catalogue; a fix that the node worked out goes before the general one.
    /// - Parameter isShort: the meaning and the fix only.
    func explanation(code: String, fix: [String]?, isShort: Bool = false, width: Int? = nil) -> [Line] {
        let condition = Catalogue.condition(code: code)
        var lines: [Line] = []
        func add(_ label: String, _ texts: [String], role: Role = .plain) {
            for (index, text) in texts.enumerated() {
                for (number, piece) in wrapped(text, width: max(10, (width ?? grid.columns) - 11)).enumerated() {
                    let isFirst = index == 0 && number == 0
                    // Lines to copy keep the blanks in front of them.
                    let indent = number == 0 ? String(text.prefix { $0 == " " }) : ""
                    lines.append(
                        Line("   " + padded(isFirst ? label : "", 7), .quiet)
                            .with(indent + appearance.spelt(piece), role)
                    )
                }
            }
        }
        if let condition { add("means", [condition.sentence]) }
        // What to do comes before what it may come from: the end may be cut off.
        add("fix", fixLines(code: code, own: fix ?? []), role: .accent)
        if !isShort { add("causes", condition?.causes ?? []) }
        return lines
    }

    /// A label, and as many of the parts to a line as fit.
    func labelled(_ label: String, _ parts: [String?], _ role: Role = .plain) -> [Line] {
        fitted(parts.compactMap { $0 }, width: grid.columns - 14).enumerated().map { index, text in
            Line(" " + padded(index == 0 ? label : "", 13), .quiet).with(text, role)
        }
    }

    /// What the watched node itself is and has.
    private func nodeLines() -> [Line] {
        guard let document = state.document else { return [] }
        let node = document.node
        var lines = labelled(
            "this node",
            [
                node.cpuPercent.map { "cpu \(Figures.decimal($0, 1))%" }, node.residentBytes.map { Figures.memory($0) },
                node.fileDescriptors.map {
                    "\($0)" + (node.fileDescriptorsMax.map { " of \($0)" } ?? "") + " descriptors"
                },
                node.threads.map { "\($0) threads" }, node.tls.map { "TLS \($0.rawValue)" },
                node.compression.map { "compression " + ($0 ? "on" : "off") },
            ]
        )
        lines += labelled(
            "configured",
            [
                node.configDirectory,
                node.configProblems.map { $0 == 0 ? "no problems" : "problems: \($0), see --check" },
            ]
        )
        guard let store = document.store else { return lines }
        lines += labelled(
            "store",
            [
                store.mode, store.bytes.map { Figures.memory($0) }, store.quotaBytes.map { "of \(Figures.memory($0))" },
                store.segments.map { "\($0) segments" }, store.journalBytes.map { "journal \(Figures.memory($0))" },
                store.oldestAt.map { "back to \(Figures.age(now - $0)) ago" },
            ]
        )
        return lines
    }

    private func connectionLines(_ host: StatusDocument.Host) -> [Line] {
        var lines: [Line] = []
        func add(_ label: String, _ parts: [String?]) { lines += labelled(label, parts) }
        add(
            "from",
            [
                host.address.map { $0 + (host.port.map { ":\($0)" } ?? "") }, host.hops.map { "hops \($0)" },
                host.via.map { "through " + nameOfNeighbour($0) },
            ]
        )
        if let connection = host.connection {
            add(
                "compression",
                [
                    connection.compression, connection.ratioNow.map { "now \(Figures.decimal($0, 1))x" },
                    connection.ratioTotal.map { "since connected \(Figures.decimal($0, 1))x" },
                    connection.compressionReason.map { "because: \($0)" },
                ]
            )
            add(
                "let in by",
                [connection.key.map { "key \($0)" }, connection.decidedBy]
            )
            add(
                "speaks",
                [
                    connection.version.map { "version \($0)" },
                    connection.capabilities.isEmpty ? nil : connection.capabilities.joined(separator: " "),
                ]
            )
            add("TLS", connection.tls.map { tlsParts($0, now: now) } ?? [])
        }
        add(
            "connections",
            [
                host.connects.map { "\($0) made" }, host.disconnects.map { "\($0) ended" },
                host.lastDisconnect.map {
                    "last \(Figures.clock($0.at, offset: appearance.utcOffset)) \($0.code) \(spoken($0.text))"
                },
            ]
        )
        for link in state.document?.links ?? [] where link.hostGUID == host.guid {
            add("sends to", linkParts(link, now: now, appearance))
            if let tls = link.tls { add("", tlsParts(tls, now: now)) }
            for warning in link.tls?.warnings ?? [] { add("", ["\(warning.code) \(warning.text)"]) }
            if link.state != .live {
                for line in link.lastError?.fix ?? [] { add("", ["fix: " + line]) }
            }
            for candidate in link.candidates where candidate.destination != link.destination {
                add("", ["or to \(candidate.destination)", candidate.state, candidate.code])
            }
        }
        return lines
    }

    private func trafficLines(_ host: StatusDocument.Host) -> [Line] {
        let figures = [
            Figures.rate(host.inBytesPerSecond), "raw \(Figures.rate(host.inRawBytesPerSecond))",
            "\(Figures.short(host.samplesPerSecond)) samples/s", "lag \(Figures.lag(host.lagSeconds))",
            "clock \(Figures.signedSeconds(host.clockOffsetSeconds))",
        ]
        let lines = fitted(figures, width: grid.columns - 14).enumerated().map { index, text in
            Line(" " + padded(index == 0 ? "in" : "", 13), .quiet).with(text)
        }
        return lines
    }

    /// Bytes that came in and their compression, over the last minute; on a small screen as one row of bars.
    private func plotLines(_ host: StatusDocument.Host) -> [Line] {
        let history = host.historyBytesPerSecond
        guard let peak = history.max(), peak > 0 else { return [] }
        guard grid.columns >= 76, grid.rows >= 20 else {
            let bars = Sparkline.text(history, width: max(8, min(60, grid.columns - 32)), unicode: appearance.unicode)
            return [
                Line(" " + padded("last 60 s", 13), .quiet).with(bars, .good)
                    .with("  peak \(Figures.rate(Double(peak)))", .quiet)
            ]
        }
        let width = min(grid.columns / 2, 76)
        var picture = Grid(rows: 5, columns: grid.columns, unicode: appearance.unicode)
        picture.put(" bytes/s in, last 60 s   peak \(Figures.rate(Double(peak)))", row: 0, column: 0, role: .heading)
        Plot([.init(values: history.map(Double.init), role: .series0)], marker: state.charts.marker)
            .draw(on: &picture, rows: 1..<5, columns: 1..<(width - 1), appearance)
        let ratios = state.ratios[host.guid] ?? []
        if let known = ratios.last, let now = known {
            let seen = [Double?](repeating: nil, count: 60 - ratios.count) + ratios
            picture.put(" compression, now \(Figures.decimal(now, 1))x", row: 0, column: width, role: .heading)
            Plot([.init(values: seen, role: .series3)], marker: state.charts.marker)
                .draw(on: &picture, rows: 1..<5, columns: (width + 1)..<min(2 * width, grid.columns), appearance)
        }
        return [Line()] + (0..<5).map { Line(picture, row: $0) }
    }

    private func gapLines(_ host: StatusDocument.Host) -> [Line] {
        guard !host.gaps.isEmpty else { return [] }
        let offset = appearance.utcOffset
        return [Line(), Line(" gaps", .heading)]
            + host.gaps.reversed().map { gap in
                let length = Figures.age(gap.toAt - gap.fromAt)
                return Line(
                    "   \(Figures.clock(gap.fromAt, offset: offset)) to \(Figures.clock(gap.toAt, offset: offset))"
                ).with("  \(length)  \(gap.cause)" + (gap.code.map { " \($0)" } ?? ""))
                    .with(gap.filled ? "  filled" : "  not filled", gap.filled ? .good : .notice)
            }
    }
}

/// How a connection is encrypted, and to whom.
func tlsParts(_ tls: StatusDocument.TLS, now: Double) -> [String] {
    [
        tls.version, tls.cipher, tls.verified.map { $0 ? "verified" : "not verified" }, tls.subject,
        tls.notAfterAt.map { $0 < now ? "expired" : "\(Figures.age($0 - now)) left" },
    ].compactMap { $0 }
}

/// Where a sender's metrics go, and how that is going.
func linkParts(_ link: StatusDocument.Link, now: Double, _ appearance: Appearance) -> [String] {
    var parts = [link.destination ?? "-", link.state.rawValue]
    if link.state == .live || link.state == .replicating {
        if let compression = link.compression { parts.append(compression) }
        parts.append("out " + Figures.rate(link.outBytesPerSecond))
    }
    if let buffer = link.bufferBytes, let most = link.bufferMaxBytes, buffer > 0, most > 0 {
        parts.append("buffer \(Figures.memory(buffer)) of \(Figures.memory(most))")
    }
    if let dropped = link.droppedSamples, dropped > 0 { parts.append("\(dropped) samples dropped") }
    if link.state != .live, let error = link.lastError {
        parts.append("\(error.code) \(spoken(error.text))" + (error.evidence.map { ": \($0)" } ?? ""))
    }
    if let retry = link.retryAt, link.state == .waiting { parts.append("next try in " + Figures.age(retry - now)) }
    return parts
}
