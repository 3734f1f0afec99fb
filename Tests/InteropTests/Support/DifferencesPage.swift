import Basics
import Testing

/// The differences from Netdata that `docs/differences-from-netdata.md` admits, and which of them were met.
struct DifferencesPage {
    enum Section: String, CaseIterable {
        case onlyNetdata = "Charts that only Netdata has"
        case onlyOurs = "Charts that only ndstream has"
        case request = "The STREAM request"
        case labels = "Host labels"
    }

    private let patterns: [Section: [String]]

    init() throws {
        let text = contents(packageDirectory + "/docs/differences-from-netdata.md")
        var patterns: [Section: [String]] = [:]
        var section: Section?
        for line in text.split(separator: "\n") {
            if line.hasPrefix("## ") { section = Section(rawValue: String(line.dropFirst(3))) }
            guard let section, line.hasPrefix("| `"), let end = line.dropFirst(3).firstIndex(of: "`") else { continue }
            let cells = line.split(separator: "|").map { $0.filter { $0 != " " } }
            try #require(cells.count == 2 && !cells[1].isEmpty, "a line without a reason: \(line)")
            patterns[section, default: []].append(String(line.dropFirst(3)[..<end]))
        }
        for section in Section.allCases { try #require(patterns[section] != nil, "no table '\(section.rawValue)'") }
        self.patterns = patterns
    }

    /// What is wrong with these differences: those that the page doesn't know, and what it knows and isn't one.
    func findings(_ section: Section, _ differences: some Collection<String>) -> [String] {
        let patterns = patterns[section] ?? []
        let unknown = differences.filter { name in !patterns.contains { SimplePattern($0).matches(name) } }
        let stale = patterns.filter { pattern in !differences.contains { SimplePattern(pattern).matches($0) } }
        return unknown.sorted().map { "\(section.rawValue): \($0) is not on the page" }
            + stale.map { "\(section.rawValue): the page has \($0), which does not differ" }
    }
}
