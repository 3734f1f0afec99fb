public import Diagnostics

/// The whole entry of a condition, for whoever looks a code up.
public func catalogueEntry(_ condition: Condition, appearance: Appearance) -> String {
    var lines = ["\(condition.code)  \(condition.severity.rawValue)", ""]
    lines += wrapped(appearance.spelt(condition.sentence), width: 78).map { "  " + $0 }
    func add(_ title: String, _ texts: [String]) {
        guard !texts.isEmpty else { return }
        lines += ["", title] + texts.map { "  " + appearance.spelt($0) }
    }
    add("Usual causes, the likeliest first", condition.causes)
    add("What to do", condition.fix.map { spelledOut($0) })
    add("In the log", [spelledOut(condition.text)])
    add("In access.log and in the logs of other versions", condition.recognised.map { spelledOut($0) })
    return lines.joined(separator: "\n") + "\n"
}
