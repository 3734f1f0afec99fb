import Basics
import Store

/// All rules of a configuration, for any host; found by what they are for.
public final class RuleBook: Sendable {
    /// In the order in which they count.
    public let rules: [AlarmRule]
    /// Those of kind `alarm` by chart id or name, templates by context; places among ``rules``.
    private let alarms: [String: [Int]]
    private let templates: [String: [Int]]

    public init(_ definitions: [AlarmDefinition]) {
        rules = definitions.map { AlarmRule($0) }
        var alarms: [String: [Int]] = [:]
        var templates: [String: [Int]] = [:]
        for (index, definition) in definitions.enumerated() {
            switch definition.kind {
            case .alarm: alarms[definition.on, default: []].append(index)
            case .template: templates[definition.on, default: []].append(index)
            }
        }
        self.alarms = alarms
        self.templates = templates
    }

    /// The rules that may concern a chart.
    func candidates(_ kind: AlarmDefinition.Kind, for chart: ChartDefinition) -> [Int] {
        guard kind == .alarm else { return templates[chart.context] ?? [] }
        var found = alarms[chart.id] ?? []
        if chart.name != chart.id { found += alarms[chart.name] ?? [] }
        return found.sorted()
    }
}

/// Which rules of a book concern a host at all: by its os, its name and its labels (health §2).
struct HostRules: Sendable {
    private(set) var book: RuleBook?
    private var os = ""
    private var hostname = ""
    private var labels: [Label] = []
    private var applies: [Bool] = []

    /// Looks again where something has changed.
    ///
    /// - Returns: whether it had.
    mutating func update(_ book: RuleBook, _ identity: HostIdentity) -> Bool {
        guard book !== self.book || identity.os != os || identity.hostname != hostname || identity.labels != labels else {
            return false
        }
        self.book = book
        os = identity.os
        hostname = identity.hostname
        labels = identity.labels
        applies = book.rules.map { $0.definition.appliesTo(os: os, hostname: hostname, labels: labels) }
        return true
    }

    /// Of a kind, for a chart.
    func rules(_ kind: AlarmDefinition.Kind, for chart: ChartDefinition) -> [AlarmRule] {
        guard let book else { return [] }
        return book.candidates(kind, for: chart).filter { applies[$0] }.map { book.rules[$0] }
            .filter { $0.definition.matches(chart: chart) }
    }
}
