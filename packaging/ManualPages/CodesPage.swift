import Diagnostics

/// ndstream-codes(7): every condition of the catalogue, to be searched for its code.
func codesPage(source: String) -> String {
    var page = Roff("ndstream-codes", section: 7, source: source)
    page.section("NAME")
    page.put("ndstream-codes - what the codes of ndstream mean, and what to do")
    page.section("DESCRIPTION")
    page.paragraph(
        "ndstream gives a code to everything that an operator may see: a line of the log, a refusal, a problem of a "
            + "host. A code never changes its meaning. tail prints codes beside the lines, top beside problems and "
            + "refusals, and --check beside findings. This page has all of them, from the most to the least grave of "
            + "each subject. ndstream tail --explain CODE prints one."
    )
    page.paragraph("Words in capitals stand for a value. The likeliest cause comes first.")
    for (letter, conditions) in subjects {
        page.section("ND-\(letter): \(subjectNames[letter] ?? "OTHER")")
        for condition in conditions { put(condition, on: &page) }
    }
    page.section("SEE ALSO")
    page.put(escaped: "\(Roff.bold("ndstream-tail"))(1),\n\(Roff.bold("ndstream-top"))(1)")
    return page.text
}

private func put(_ condition: Condition, on page: inout Roff) {
    page.subsection("\(condition.code) (\(condition.severity.rawValue))")
    page.put(condition.sentence)
    func list(_ title: String, _ lines: [String]) {
        guard !lines.isEmpty else { return }
        page.put(escaped: ".br\n" + Roff.italic(title))
        page.indented(lines.map { spelledOut($0) })
    }
    list("why:", condition.causes)
    list("fix:", condition.fix)
    list("log:", [condition.text])
}

private let subjectNames: [Character: String] = [
    "B": "TOO BUSY", "C": "CONNECTIONS", "D": "DATABASE FILES", "F": "REFUSED STREAMS", "G": "COLLECTION AND PLUGINS",
    "I": "ORDINARY EVENTS",
    "K": "CONFIGURATION", "L": "LOGS", "N": "NOTIFICATIONS",
    "P": "WHAT A CHILD SENT", "S": "STORAGE", "T": "TLS", "U": "UNKNOWN LINES",
    "W": "WEB SERVER", "Z": "COMPRESSION",
]

/// The conditions by the letter of their code.
private var subjects: [(Character, [Condition])] {
    var groups: [Character: [Condition]] = [:]
    for condition in Catalogue.all { groups[condition.code.dropFirst(3).first ?? "?", default: []].append(condition) }
    return groups.sorted { $0.key < $1.key }.map { letter, conditions in
        (letter, conditions.sorted { ($1.severity, number($0)) < ($0.severity, number($1)) })
    }
}

private func number(_ condition: Condition) -> Int { Int(condition.code.dropFirst(4)) ?? 0 }
