import Diagnostics

/// Findings up to a limit of each severity, so that a file of rubbish costs neither memory nor anybody's evening, and no
/// error is crowded out by warnings. The rest is counted.
struct LimitedFindings {
    private(set) var all: [Finding] = []
    /// How many are not in ``all``.
    private(set) var hidden = 0

    private let limit: Int
    private var counts: [Severity: Int] = [:]

    init(limit: Int) { self.limit = limit }

    /// Whether another finding of a condition would only be counted, so that it need not be made with care.
    func isFull(_ condition: Condition) -> Bool { counts[condition.severity, default: 0] >= limit }

    mutating func add(_ finding: Finding) {
        guard !isFull(finding.condition) else {
            hidden += 1
            return
        }
        counts[finding.condition.severity, default: 0] += 1
        all.append(finding)
    }

    mutating func add(_ findings: [Finding]) {
        for finding in findings { add(finding) }
    }

    /// All of them, and one that says how many more there were.
    func closed(at origin: Origin) -> [Finding] {
        hidden == 0 ? all : all + [Finding(.configMoreFindings, at: origin, ["count": String(hidden)])]
    }
}
