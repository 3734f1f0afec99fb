public import Diagnostics
internal import Transport

/// How something stands.
public enum Mark: String, Sendable {
    case ok
    case fail
    case warn
    /// It does not apply.
    case none = "n/a"
}

/// One line of what a parent offers.
public struct Fact: Sendable, Equatable {
    public var mark: Mark
    /// A word: `tcp`, `chain`.
    public var label: String
    /// The first of them stands beside the label.
    public var lines: [String]

    public init(_ mark: Mark, _ label: String, _ lines: String...) {
        self.init(mark, label, lines: lines)
    }

    public init(_ mark: Mark, _ label: String, lines: [String]) {
        self.mark = mark
        self.label = label
        self.lines = lines
    }
}

/// What became of one row of the table.
public struct Verdict: Sendable, Equatable {
    public var row: Row
    public var observed: String
    public var mark: Mark
    /// Which bytes, which alert, which line.
    public var evidence: [String]
    /// Of the condition that explains it.
    public var code: String?

    public init(_ row: Row, _ mark: Mark, _ observed: String, evidence: [String] = [], code: String? = nil) {
        self.row = row
        self.mark = mark
        self.observed = observed
        self.evidence = evidence
        self.code = code
    }
}

/// Which row a child is, and what that means for it.
public struct Place: Sendable, Equatable {
    /// The destination as it is written.
    public var destination: String
    /// `nil` where the table has no such row, or it cannot be told.
    public var row: Row?
    /// `nil` where that cannot be told.
    public var connects: Bool?
    /// `row 4, and it will not connect`.
    public var sentence: String
    /// What puts it there, and where that stands.
    public var sources: [Child.Source]

    public init(
        _ destination: String,
        row: Row?,
        connects: Bool?,
        _ sentence: String,
        sources: [Child.Source] = []
    ) {
        self.destination = destination
        self.row = row
        self.connects = connects
        self.sentence = sentence
        self.sources = sources
    }
}

/// Something to be done something about.
public struct Problem: Sendable, Equatable {
    public var code: String
    public var severity: Severity
    /// What it is about: `why row 4 fails for your child`.
    public var title: String
    /// What is wrong here, in one line.
    public var message: String
    /// What that means.
    public var sentence: String
    public var evidence: [String]
    /// The best first.
    public var fixes: [String]
    /// What helps, and protects nobody any more.
    public var lastResort: String?
    /// Commands and lines to copy, in their order, where the fix needs several.
    public var steps: [String]

    public init(
        _ condition: Condition,
        _ title: String,
        values: [String: String] = [:],
        severity: Severity? = nil,
        evidence: [String] = [],
        fixes: [String]? = nil,
        steps: [String] = []
    ) {
        code = condition.code
        self.severity = severity ?? condition.severity
        self.title = title
        message = condition.render(values).withoutLogPrefix
        sentence = condition.sentence
        self.evidence = evidence
        // Each way out in one line; whoever reads this has just asked check-tls.
        let fixes = fixes ?? TLSDiagnosis(condition, values: values).fixes
        let asked = "ndstream check-tls \(values["destination"] ?? "")"
        self.fixes = fixes.filter { !$0.hasPrefix("last resort") && $0 != asked }.map(\.withoutOr)
        lastResort = fixes.first { $0.hasPrefix("last resort") }
        self.steps = steps
    }
}

/// One port of a parent, and everything that was found out about it.
public struct PortReport: Sendable, Equatable {
    /// `127.0.0.1:19999`, `*:19999=streaming^SSL=force`.
    public var name: String
    /// Where it stands: `netdata.conf:12`.
    public var origin: String?
    public var facts: [Fact]
    public var verdicts: [Verdict]
    public var places: [Place]
    /// What ``facts`` say in words.
    public var offer: Offer?

    public init(
        _ name: String,
        origin: String? = nil,
        facts: [Fact] = [],
        verdicts: [Verdict] = [],
        places: [Place] = [],
        offer: Offer? = nil
    ) {
        self.name = name
        self.origin = origin
        self.facts = facts
        self.verdicts = verdicts
        self.places = places
        self.offer = offer
    }
}

/// Everything that `check-tls` says, however it is printed.
public struct Report: Sendable, Equatable {
    /// Why there is nothing to judge.
    public enum Obstacle: Sendable, Equatable {
        case unknownHost
        case unreachable
        case unreadableConfiguration
    }

    /// What was asked for.
    public var title: String
    /// Seconds since 1970.
    public var at: Int64
    public var ports: [PortReport]
    public var problems: [Problem]
    public var obstacle: Obstacle?

    public init(
        _ title: String,
        at: Int64,
        ports: [PortReport] = [],
        problems: [Problem] = [],
        obstacle: Obstacle? = nil
    ) {
        self.title = title
        self.at = at
        self.ports = ports
        self.problems = problems
        self.obstacle = obstacle
    }

    public var errors: Int { problems.count { $0.severity == .error } }
    public var warnings: Int { problems.count { $0.severity == .warning } }

    /// Whether each row is as the document says and every destination connects.
    public var isGood: Bool {
        obstacle == nil && errors == 0
            && ports.allSatisfy { port in
                port.verdicts.allSatisfy { $0.mark != .fail } && port.places.allSatisfy { $0.connects != false }
            }
    }

    /// The exit code: 0 as expected and connects, 1 not, 2 warnings that count, 68, 69, 78.
    public func status(isStrict: Bool) -> Int32 {
        switch obstacle {
        case .unknownHost: return 68
        case .unreachable: return 69
        case .unreadableConfiguration: return 78
        case nil: break
        }
        let hasWarnings = warnings > 0 || ports.contains { $0.verdicts.contains { $0.mark == .warn } }
        return !isGood ? 1 : isStrict && hasWarnings ? 2 : 0
    }
}

extension String {
    /// A way out as it stands in a list of them.
    fileprivate var withoutOr: String {
        for beginning in ["or, ", "or "] where hasPrefix(beginning) { return String(dropFirst(beginning.count)) }
        return self
    }

    /// Without `STREAM HOST [send to PARENT]: `, which tells lines of a log apart.
    fileprivate var withoutLogPrefix: String {
        guard hasPrefix("STREAM "), let end = firstIndex(of: "]") else { return self }
        let rest = self[index(after: end)...]
        return rest.hasPrefix(": ") ? String(rest.dropFirst(2)) : self
    }
}
