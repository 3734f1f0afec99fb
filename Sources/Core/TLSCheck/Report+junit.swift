internal import Diagnostics

extension Report {
    /// The report as JUnit's XML, one case for each row of each port: what continuous integration shows. The row that a
    /// child is in fails too where that does not connect; a child in no row is a case of its own.
    public func junit() -> String {
        var text =
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"ndstream check-tls \(xml(title))\">\n"
        for port in ports {
            var cases = port.verdicts.map { verdict in
                let stopped = port.places.first { $0.row == verdict.row && $0.connects == false }
                return stopped.map { JUnitCase(verdict, $0, problems) } ?? JUnitCase(verdict)
            }
            cases += port.places.filter { $0.row == nil }.map { JUnitCase($0, problems) }
            let failures = cases.count { $0.failure != nil }
            let skipped = cases.count { $0.skipped != nil }
            text += "  <testsuite name=\"\(xml(port.name))\" tests=\"\(cases.count)\" failures=\"\(failures)\""
            text += " skipped=\"\(skipped)\" timestamp=\"\(moment(at).dropLast())\">\n"
            for one in cases { text += one.text }
            text += "  </testsuite>\n"
        }
        return text + "</testsuites>\n"
    }
}

private struct JUnitCase {
    var name: String
    var failure: (message: String, text: String)?
    var skipped: String?
    var output = ""

    init(_ verdict: Verdict) {
        let row = verdict.row
        name = "row \(row.number): \(row.parent), child \(row.child), skip \(row.skip): \(row.expected)"
        output = ([verdict.observed] + verdict.evidence).joined(separator: "\n")
        switch verdict.mark {
        case .ok, .warn: break
        case .none: skipped = verdict.observed
        case .fail: failure = ("\(verdict.code.map { $0 + " " } ?? "")\(verdict.observed)", output)
        }
    }

    init(_ verdict: Verdict, _ place: Place, _ problems: [Problem]) {
        self.init(place, problems)
        name = JUnitCase(verdict).name
    }

    init(_ place: Place, _ problems: [Problem]) {
        name = "\(place.destination) connects"
        output = place.sentence
        guard place.connects != true else { return }
        if place.connects == nil {
            skipped = place.sentence
            return
        }
        let errors = problems.filter { $0.severity == .error }
        let details = errors.flatMap { ["\($0.code) \($0.message)"] + $0.evidence + $0.fixes.map { "fix: " + $0 } }
        failure = (place.sentence, details.joined(separator: "\n"))
    }

    var text: String {
        let start = "    <testcase classname=\"check-tls\" name=\"\(xml(name))\""
        if let failure {
            return start
                + ">\n      <failure message=\"\(xml(failure.message))\">\(xml(failure.text))</failure>\n    </testcase>\n"
        }
        if let skipped { return start + ">\n      <skipped message=\"\(xml(skipped))\"/>\n    </testcase>\n" }
        return start + ">\n      <system-out>\(xml(output))</system-out>\n    </testcase>\n"
    }
}

/// A text within XML: what has a meaning there is escaped, what may not be there is a question mark.
private func xml(_ text: String) -> String {
    var result = ""
    for scalar in text.unicodeScalars {
        switch scalar {
        case "&": result += "&amp;"
        case "<": result += "&lt;"
        case ">": result += "&gt;"
        case "\"": result += "&quot;"
        case "\n": result += "\n"
        case _ where scalar.value < 0x20 || scalar.value == 0xfffe || scalar.value == 0xffff: result += "?"
        default: result.unicodeScalars.append(scalar)
        }
    }
    return result
}
