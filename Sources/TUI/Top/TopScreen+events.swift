internal import Status

extension TopPainter {
    mutating func drawEvents() {
        let events = state.shownEvents
        guard !events.isEmpty else {
            let text = state.eventFilter.isEmpty ? " Nothing has happened yet." : " No event matches."
            grid.put(text, row: body.lowerBound, column: 0, role: .quiet)
            return
        }
        let names = Dictionary(state.hosts.map { ($0.guid, $0.hostname) }, uniquingKeysWith: { first, _ in first })
        drawPage(events.map { eventLine($0, host: $0.hostGUID.flatMap { names[$0] } ?? "") }, in: body)
    }

    /// - Parameter host: `nil` where all events are of one host.
    func eventLine(_ event: StatusDocument.Event, host: String?) -> Line {
        let role: Role = event.severity == "error" ? .bad : event.severity == "warning" ? .notice : .plain
        let mark = event.severity == "error" ? "x" : event.severity == "warning" ? "!" : " "
        var line = Line(" \(Figures.clock(event.at, offset: appearance.utcOffset)) ", .quiet)
            .with(mark + " ", role).with(padded(event.code, 8), .quiet)
        if let host, grid.columns >= 60 { line = line.with(padded(host, 15) + " ") }
        return line.with(spoken(event.text), role)
    }
}
