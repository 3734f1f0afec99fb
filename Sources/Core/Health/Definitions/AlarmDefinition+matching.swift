internal import Basics
public import Store

// Whom a definition is for (health §2): hosts, charts, dimensions. What isn't in the contract was asked of 1.37.1.

extension AlarmDefinition {
    /// Whether a host has such alarms at all (health §2, "os", "hosts", "host labels").
    ///
    /// - Parameter os: as the host says it: `linux`, `freebsd`, `macos`.
    public func appliesTo(os: String, hostname: String, labels: [Label]) -> Bool {
        if let pattern = self.os, !pattern.matches(os) { return false }
        if let pattern = hosts, !pattern.matches(hostname) { return false }
        return hostLabels.map { Self.matches(hostLabels: $0, labels) } ?? true
    }

    /// Whether it watches a chart of a host that it applies to.
    public func matches(chart: ChartDefinition) -> Bool {
        switch kind {
        case .alarm: guard chart.id == on || chart.name == on else { return false }
        case .template: guard chart.context == on else { return false }
        }
        if let plugin, !plugin.matches(chart.plugin) { return false }
        if let module, !module.matches(chart.module) { return false }
        if let families, !families.matches(chart.family) { return false }
        return charts.map { $0.matches(chart.name) || $0.matches(chart.id) } ?? true
    }

    /// One label that the patterns are for is enough; each is looked at by its key alone, and as `key=value`. So a negative
    /// pattern refuses a label, never a host: `!role = db *` matches a host with any other label.
    private static func matches(hostLabels text: String, _ labels: [Label]) -> Bool {
        let pattern = SimplePattern(withoutBlanksAroundEquals(text))
        return labels.contains { pattern.matches($0.key) || pattern.matches("\($0.key)=\($0.value)") }
    }

    private static func withoutBlanksAroundEquals(_ text: String) -> String {
        var parts = text.split(separator: "=", omittingEmptySubsequences: false)
        for index in parts.indices {
            if index > 0 { while parts[index].first == " " { parts[index].removeFirst() } }
            if index < parts.count - 1 { while parts[index].last == " " { parts[index].removeLast() } }
        }
        return parts.joined(separator: "=")
    }
}

// MARK: What it becomes on a chart

extension AlarmDefinition {
    /// One of the alarms that a definition makes of a chart.
    public struct Instance: Sendable, Equatable {
        /// Unique on its chart.
        public var name: String
        /// What its lookup is of, as ``Lookup/dimensions`` has it.
        public var lookupDimensions: String
    }

    /// The alarms that it makes of a chart: one, or with `foreach` one of each dimension whose id or name matches, in the
    /// order of the chart; its lookup is then of this dimension alone, whatever `of` says. Hidden ones count, and names stay
    /// as they are, blanks included. The original knows `foreach` of templates only, and so do we.
    public func instances(of dimensions: [DimensionDefinition]) -> [Instance] {
        guard kind == .template, let foreach = lookup?.foreach else {
            return [Instance(name: name, lookupDimensions: lookup?.dimensions ?? "")]
        }
        let pattern = SimplePattern(foreach, separators: ",|")
        return dimensions.compactMap { dimension in
            let text = dimension.name.isEmpty ? dimension.id : dimension.name
            guard pattern.matches(dimension.id) || pattern.matches(text) else { return nil }
            return Instance(name: "\(name)_\(text)", lookupDimensions: text)
        }
    }

    /// Its `info` with what a chart says of itself. A word of it begins with a `$` anywhere and ends at the next blank: so
    /// `($family)` and `$family,` stay as they are, and so do labels that the chart doesn't have.
    public func info(for chart: ChartDefinition) -> String {
        guard let info, info.contains("$") else { return info ?? "" }
        var result = ""
        var rest = info[...]
        while let dollar = rest.firstIndex(of: "$") {
            result += rest[..<dollar]
            let word = rest[dollar...].prefix { $0 != " " }
            let value = Self.value(of: word, chart)
            result += value ?? "$"
            rest = rest[dollar...].dropFirst(value == nil ? 1 : word.count)
        }
        return result + rest
    }

    private static func value(of word: Substring, _ chart: ChartDefinition) -> String? {
        if word == "$family" { return chart.family }
        guard word.hasPrefix("$label:") else { return nil }
        let key = word.dropFirst("$label:".count)
        return chart.labels.first { $0.key == key }?.value
    }
}
