import Basics
import Store

/// All rules of a configuration, for any host; found by what they are for.
public final class RuleBook: Sendable {
    /// In the order in which they count.
    public let rules: [AlarmRule]
    /// Those of kind `alarm`, and templates by context; places among ``rules``.
    fileprivate let alarms: [Int]
    fileprivate let templates: [String: [Int]]

    public init(_ definitions: [AlarmDefinition]) {
        rules = definitions.map { AlarmRule($0) }
        alarms = definitions.indices.filter { definitions[$0].kind == .alarm }
        templates = Dictionary(grouping: definitions.indices.filter { definitions[$0].kind == .template }) {
            definitions[$0].on
        }
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
        guard book !== self.book || identity.os != os || identity.hostname != hostname || identity.labels != labels
        else {
            return false
        }
        self.book = book
        os = identity.os
        hostname = identity.hostname
        labels = identity.labels
        applies = book.rules.map { $0.definition.appliesTo(os: os, hostname: hostname, labels: labels) }
        return true
    }

    /// Those of kind `alarm`.
    var alarms: [AlarmRule] { book.map { rules($0, $0.alarms) } ?? [] }

    func templates(for context: String) -> [AlarmRule] { book.map { rules($0, $0.templates[context] ?? []) } ?? [] }

    private func rules(_ book: RuleBook, _ places: [Int]) -> [AlarmRule] {
        places.filter { applies[$0] }.map { book.rules[$0] }
    }
}
