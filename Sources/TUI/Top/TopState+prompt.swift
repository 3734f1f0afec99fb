internal import Status

/// Text being typed behind `/`.
struct Prompt: Sendable, Equatable {
    enum Purpose: Sendable {
        case hosts
        case charts
        case events
        case alarms
    }

    var purpose: Purpose
    var text: String
    var failure: String?

    init(_ purpose: Purpose, text: String) {
        self.purpose = purpose
        self.text = text
    }
}

extension TopState {
    /// A filter takes effect as it is typed; a wrong one leaves the last good one.
    mutating func type(_ key: Key, now: Double) {
        guard var prompt else { return }
        switch key {
        case .escape:
            prompt.text = ""
            apply(&prompt, now)
            self.prompt = nil
            return
        case .enter:
            if prompt.failure == nil { self.prompt = nil }
            return
        case .backspace:
            guard !prompt.text.isEmpty else {
                self.prompt = nil
                return
            }
            prompt.text.removeLast()
        case .control("u"): prompt.text = ""
        case .control("w"):
            while prompt.text.last == " " { prompt.text.removeLast() }
            while let last = prompt.text.last, last != " " { prompt.text.removeLast() }
        case .character(let scalar):
            guard prompt.text.unicodeScalars.count < 200 else { return }
            prompt.text.unicodeScalars.append(scalar)
        default: return
        }
        apply(&prompt, now)
        self.prompt = prompt
    }

    private mutating func apply(_ prompt: inout Prompt, _ now: Double) {
        switch prompt.purpose {
        case .charts:
            chartFilter = prompt.text
            let shown = charts.shown(chartFilter)
            if !shown.contains(where: { $0.id == charts.selected }) { charts.selected = shown.first?.id }
        case .events:
            eventFilter = prompt.text
            scroll = 0
        case .alarms:
            do throws(AlarmFilter.Failure) {
                alarms.filter = try AlarmFilter(prompt.text)
                prompt.failure = nil
                alarms.arrange(now: now)
            } catch {
                prompt.failure = error.message
            }
        case .hosts:
            do throws(HostFilter.Failure) {
                filter = try HostFilter(prompt.text)
                prompt.failure = nil
                arrange(now: now)
                if selectedRow == nil { select(row: 0) }
            } catch {
                prompt.failure = error.message
            }
        }
    }

    /// The events that the filter leaves, newest first.
    var shownEvents: [StatusDocument.Event] {
        let events = document?.events ?? []
        let words = eventFilter.lowercased().split(separator: " ").filter { $0 != "!" }
        guard !words.isEmpty else { return events }
        let names = Dictionary(hosts.map { ($0.guid, $0.hostname) }, uniquingKeysWith: { first, _ in first })
        return events.filter { event in
            let name = event.hostGUID.flatMap { names[$0] } ?? ""
            let text = [event.code, event.severity, name, event.text].joined(separator: " ").lowercased()
            return words.allSatisfy { word in
                word.hasPrefix("!") ? !text.contains(word.dropFirst()) : text.contains(word)
            }
        }
    }
}
