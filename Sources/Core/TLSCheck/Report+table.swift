internal import Diagnostics

extension Report {
    /// The report as a person reads it, 80 columns wide.
    /// - Parameter isStrict: whether warnings count for the exit code, which stands at the end.
    public func table(_ style: Style, isStrict: Bool = false) -> String {
        let heading = "ndstream check-tls \(style.shown(title))"
        let time = style.dim(moment(at))
        var lines =
            heading.count <= Style.width - 22
            ? [style.bold(heading.padded(Style.width - 20)) + time] : [style.bold(heading), time]
        for port in ports { lines += Table(style).lines(port, isOnly: ports.count == 1) }
        for problem in problems { lines += [""] + Table(style).lines(problem) }
        let errors = self.errors == 1 ? "1 problem" : "\(self.errors) problems"
        let warnings = self.warnings == 1 ? "1 warning" : "\(self.warnings) warnings"
        let status = status(isStrict: isStrict)
        let isGood = status == 0
        lines += ["", " " + style.paint("\(errors), \(warnings)", isGood ? .ok : .fail) + "  exit \(status)"]
        return lines.joined(separator: "\n") + "\n"
    }

    /// Only what is wrong; nothing where all is well.
    public func short(_ style: Style) -> String {
        var text = ""
        for place in ports.flatMap(\.places) where place.connects != true {
            text += "\(style.symbol(place.connects == false ? .fail : .warn)) \(style.shown(place.destination)): "
            text += style.shown(place.sentence) + "\n"
        }
        for port in ports {
            for verdict in port.verdicts where verdict.mark == .fail || verdict.mark == .warn {
                text += "\(style.symbol(verdict.mark)) row \(verdict.row.number) at \(style.shown(port.name)): "
                text += "\(verdict.row.expected); observed: \(style.shown(verdict.observed))\n"
            }
        }
        for problem in problems where problem.severity > .info {
            text +=
                "\(style.symbol(problem.severity == .error ? .fail : .warn)) \(problem.code) \(style.shown(problem.message))\n"
            if let fix = problem.fixes.first { text += "  fix: \(style.shown(fix))\n" }
        }
        return text
    }
}

/// The parts of the table.
private struct Table {
    private let style: Style
    /// The columns: number, parent's port, child, skip, expected, observed; the result is what is left.
    private static let widths = [3, 16, 6, 5, 21, 20]

    init(_ style: Style) { self.style = style }

    func lines(_ port: PortReport, isOnly: Bool) -> [String] {
        var lines = [""]
        if !isOnly || port.origin != nil {
            let origin = port.origin.map { "  " + style.dim(style.shown($0)) } ?? ""
            lines += [" " + style.bold("port \(style.shown(port.name))") + origin, ""]
        }
        if !port.facts.isEmpty {
            lines.append(
                port.verdicts.isEmpty || port.offer != nil || port.origin != nil
                    ? " what the parent offers" : " what your child believes"
            )
            lines += port.facts.flatMap(self.lines)
        }
        if !port.verdicts.isEmpty {
            lines += ["", " expected behaviours (stream.conf: ssl skip certificate verification)"]
            lines.append(
                "   " + row(["#", "parent port", "child", "skip", "expected", "observed"]) + "result"
            )
            for verdict in port.verdicts { lines += self.lines(verdict, port.places) }
        }
        for place in port.places { lines += self.lines(place) }
        return lines
    }

    private func lines(_ fact: Fact) -> [String] {
        let width = Style.width - 18
        var lines: [String] = []
        for text in fact.lines {
            let indent = String(text.prefix { $0 == " " })
            for line in style.shown(text).wrapped(width - indent.count) { lines.append(indent + line) }
        }
        return lines.enumerated().map { index, line in
            index == 0
                ? "   \(style.symbol(fact.mark)) \(fact.label.padded(11))\(line)"
                : String(repeating: " ", count: 16) + line
        }
    }

    private func lines(_ verdict: Verdict, _ places: [Place]) -> [String] {
        let row = verdict.row
        let isYours = places.contains { $0.row == row }
        let expected = row.expected.wrapped(Self.widths[4] - 1)
        let observed = style.shown(verdict.observed).wrapped(Self.widths[5] - 1)
        var lines: [String] = []
        for index in 0..<max(expected.count, observed.count) {
            let start = index == 0 ? ["\(row.number)", row.parent, row.child, row.skip] : ["", "", "", ""]
            let cells = start + [expected, observed].map { index < $0.count ? $0[index] : "" }
            let mark = isYours && index == 0 ? " > " : "   "
            lines.append(mark + self.row(cells) + (index == 0 ? style.word(verdict.mark) : ""))
        }
        return lines.map { $0.trimmedAtEnd }
    }

    private func row(_ cells: [String]) -> String {
        zip(cells, Self.widths).map { $0.padded($1) }.joined()
    }

    private func lines(_ place: Place) -> [String] {
        let mark: Mark = place.connects == true ? .ok : place.connects == false ? .fail : .warn
        var lines = [""]
        for (index, line) in "\(style.shown(place.destination)) is \(place.sentence)".wrapped(76).enumerated() {
            lines.append(index == 0 ? " > " + style.paint(line, mark) : "   " + style.paint(line, mark))
        }
        for source in place.sources {
            let setting = style.shown(source.setting).wrapped(75)
            let place = style.shown(source.place)
            lines += setting.map { "     " + $0 }
            if setting.count == 1, setting[0].count + place.count <= 73 {
                lines[lines.count - 1] += "  " + style.dim(place)
            } else {
                lines.append("       " + style.dim(place))
            }
        }
        return lines
    }

    // MARK: Problems

    func lines(_ problem: Problem) -> [String] {
        let mark: Mark = problem.severity == .error ? .fail : problem.severity == .warning ? .warn : .none
        let title = " \(style.shown(problem.title))"
        var lines = [style.bold(title.padded(70)) + style.paint("  " + problem.code, mark)]
        let texts = [problem.message, problem.sentence].filter { !$0.isEmpty }
        for text in texts { lines += style.shown(text).wrapped(75).map { "   " + $0 } }
        for text in problem.evidence { lines += style.shown(text).wrapped(73).map { "     " + style.dim($0) } }
        if !problem.fixes.isEmpty { lines.append(problem.fixes.count > 1 ? "   fix, one of" : "   fix") }
        for (index, fix) in problem.fixes.enumerated() {
            let number = problem.fixes.count > 1 ? "\(index + 1). " : ""
            for (row, line) in style.shown(fix).wrapped(72).enumerated() {
                lines.append("     " + (row == 0 ? number : String(repeating: " ", count: number.count)) + line)
            }
        }
        if !problem.steps.isEmpty { lines.append("   or for the whole system (Debian), step by step") }
        lines += problem.steps.map { "     " + style.shown($0) }
        if let last = problem.lastResort { lines += style.shown(last).wrapped(75).map { "   " + $0 } }
        return lines
    }
}

extension String {
    fileprivate var trimmedAtEnd: String {
        var text = self[...]
        while text.last == " " { text.removeLast() }
        return String(text)
    }
}
