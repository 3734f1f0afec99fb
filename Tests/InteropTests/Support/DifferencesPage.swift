import Basics
import Testing

/// The differences from Netdata that `docs/differences-from-netdata.md` admits, and which of them were met.
struct DifferencesPage {
    enum Section: String, CaseIterable {
        case onlyNetdata = "Charts that only Netdata has"
        case onlyOurs = "Charts that only ndstream has"
        case request = "The STREAM request"
        case labels = "Host labels"
        case environment = "The environment of plugins"
    }

    private struct Line {
        let text: String
        /// Whether it differs on some machines only.
        let isUncertain: Bool

        var pattern: SimplePattern { SimplePattern(text) }
    }

    private let lines: [Section: [Line]]

    init() throws {
        let text = contents(packageDirectory + "/docs/differences-from-netdata.md")
        var lines: [Section: [Line]] = [:]
        var section: Section?
        for line in text.split(separator: "\n") {
            if line.hasPrefix("## ") { section = Section(rawValue: String(line.dropFirst(3))) }
            guard let section, line.hasPrefix("| `"), let end = line.dropFirst(3).firstIndex(of: "`") else { continue }
            let cells = line.split(separator: "|").map { $0.filter { $0 != " " } }
            try #require(cells.count == 2 && !cells[1].isEmpty, "a line without a reason: \(line)")
            lines[section, default: []].append(
                Line(text: String(line.dropFirst(3)[..<end]), isUncertain: line[end...].hasPrefix("` (some machines)"))
            )
        }
        for section in Section.allCases { try #require(lines[section] != nil, "no table '\(section.rawValue)'") }
        self.lines = lines
    }

    /// What is wrong with these differences: those that the page doesn't know, and what it knows and isn't one.
    func findings(_ section: Section, _ differences: some Collection<String>) -> [String] {
        let lines = lines[section] ?? []
        let unknown = differences.filter { name in !lines.contains { $0.pattern.matches(name) } }
        let stale = lines.filter { line in !line.isUncertain && !differences.contains { line.pattern.matches($0) } }
        return unknown.sorted().map { "\(section.rawValue): \($0) is not on the page" }
            + stale.map { "\(section.rawValue): the page has \($0.text), which does not differ" }
    }
}
