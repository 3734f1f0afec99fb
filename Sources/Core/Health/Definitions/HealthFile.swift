internal import Basics
public import Config
internal import Diagnostics

/// A file of health.d, read for any host: whose hosts and operating systems match is decided later (health §1, §2).
public struct HealthFile: Sendable {
    /// As it was opened.
    public let path: String
    /// Those that can be evaluated, in the order of the file.
    public private(set) var definitions: [AlarmDefinition] = []
    public private(set) var findings: [Finding] = []

    /// The entry that is being read, with what each of its keys said.
    private var current: AlarmDefinition?
    private var values: [String: String] = [:]

    /// More than this of one file help nobody.
    static let findingsLimit = 200

    public init(_ bytes: [UInt8], path: String) {
        self.path = path
        for line in HealthLines(bytes) { read(line) }
        finish()
    }

    private mutating func read(_ line: HealthLines.Line) {
        guard !line.isCut else { return find(.healthTooLong, line.number, ["limit": String(HealthLines.longest)]) }
        guard let colon = line.text.firstIndex(of: ":") else {
            return find(.healthNoColon, line.number, ["text": line.text])
        }
        let key = trimmed(line.text[..<colon]).lowercased()
        let value = trimmed(line.text[line.text.index(after: colon)...])
        guard !key.isEmpty, !value.isEmpty else { return find(.healthEmpty, line.number, [:]) }
        if let kind = AlarmDefinition.Kind(rawValue: key) { return begin(kind, value, line.number) }
        guard current != nil else {
            if key != "os", key != "hosts" { find(.healthNothingBefore, line.number, ["key": key]) }
            return
        }
        if let before = values.updateValue(value, forKey: key), before != value {
            find(.healthRepeatedKey, line.number, ["key": key, "before": before, "value": value])
        }
        current?.lines[key] = line.number
        set(key, value, line.number)
    }

    private mutating func begin(_ kind: AlarmDefinition.Kind, _ name: String, _ line: Int) {
        finish()
        let clean = sanitized(name)
        current = AlarmDefinition(kind, name: clean, file: path, line: line)
        values = [:]
        if clean != name { find(.healthRenamed, line, ["before": name]) }
    }

    /// What is complete is kept; what can't be evaluated is said and dropped.
    private mutating func finish() {
        guard let definition = current else { return }
        if definition.on.isEmpty {
            find(.healthNoChart, definition.line, [:])
        } else if definition.every <= 0 {
            find(.healthNoFrequency, definition.line, ["chart": definition.on])
        } else if definition.lookup == nil, definition.calculation == nil, definition.warning == nil,
            definition.critical == nil
        {
            find(.healthUseless, definition.line, ["chart": definition.on])
        } else {
            definitions.append(definition)
        }
        current = nil
    }

    private mutating func find(_ condition: Condition, _ line: Int, _ values: [String: String]) {
        guard findings.count < Self.findingsLimit else { return }
        var values = values
        values["line"] = String(line)
        values["file"] = path
        if let current { values["alarm"] = current.name }
        findings.append(Finding(condition, at: .file(path: path, line: line), values))
    }
}

/// The keys of an entry.
extension HealthFile {
    private mutating func set(_ key: String, _ value: String, _ line: Int) {
        switch key {
        case "on": current?.on = value
        case "class": current?.classification = unquoted(value)
        case "type": current?.type = unquoted(value)
        case "component": current?.component = unquoted(value)
        case "os": current?.os = SimplePattern(value)
        case "hosts": current?.hosts = SimplePattern(value)
        case "host labels": current?.hostLabels = value
        case "plugin": current?.plugin = SimplePattern(value)
        case "module": current?.module = SimplePattern(value)
        case "charts" where current?.kind == .template: current?.charts = SimplePattern(value)
        case "families" where current?.kind == .template: current?.families = SimplePattern(value)
        case "lookup": setLookup(value, line)
        case "calc", "warn", "crit": setExpression(key, value, line)
        case "every": if let seconds = duration(key, value, line) { current?.every = seconds }
        case "green": if let number = number(key, value, line) { current?.green = number }
        case "red": if let number = number(key, value, line) { current?.red = number }
        case "units": current?.units = unquoted(value)
        case "info": current?.info = unquoted(value)
        case "exec": current?.handler = value
        case "to": current?.recipient = value
        case "delay": setDelay(value, line)
        case "repeat": setRepetition(value, line)
        case "options": setOptions(value, line)
        default: find(.healthUnknownKey, line, ["key": key])
        }
    }

    private mutating func setLookup(_ value: String, _ line: Int) {
        var problems: [Lookup.Problem] = []
        do throws(Lookup.Problem) {
            let lookup = try Lookup(value) { problems.append($0) }
            current?.lookup = lookup
            current?.every = lookup.every
        } catch {
            problems.append(error)
        }
        for problem in problems { find(.healthLookup, line, ["problem": problem.sentence, "text": problem.text]) }
    }

    private mutating func setDelay(_ value: String, _ line: Int) {
        var delay = AlarmDefinition.Delay()
        for (name, text) in pairs(value) {
            switch name {
            case "up": delay.up = duration("delay", text, line) ?? delay.up
            case "down": delay.down = duration("delay", text, line) ?? delay.down
            case "max": delay.most = duration("delay", text, line) ?? delay.most
            case "multiplier":
                if let factor = Double(text), factor.isFinite, factor > 0 {
                    delay.multiplier = factor
                } else {
                    find(.healthDuration, line, ["key": "delay", "value": text])
                }
            default: find(.healthDuration, line, ["key": "delay", "value": name])
            }
        }
        current?.delay = delay
    }

    private mutating func setRepetition(_ value: String, _ line: Int) {
        var repetition = AlarmDefinition.Repetition()
        if value.lowercased() != "off" {
            for (name, text) in pairs(value) {
                switch name {
                case "warning": repetition.warning = duration("repeat", text, line) ?? 0
                case "critical": repetition.critical = duration("repeat", text, line) ?? 0
                default: find(.healthDuration, line, ["key": "repeat", "value": name])
                }
            }
        }
        current?.repetition = repetition
    }

    private mutating func setOptions(_ value: String, _ line: Int) {
        for word in value.split(whereSeparator: { $0 == " " || $0 == "," }) {
            if word == "no-clear-notification" || word == "no-clear" {
                current?.hasClearNotification = false
            } else {
                find(.healthUnknownOption, line, ["option": String(word)])
            }
        }
    }

    /// One that isn't understood leaves the alarm without it, also where an earlier line had one.
    private mutating func setExpression(_ key: String, _ value: String, _ line: Int) {
        var expression: CompiledExpression?
        do throws(ExpressionError) {
            expression = try CompiledExpression(value)
        } catch {
            find(
                .healthUnparsableExpression,
                line,
                ["key": key, "expression": value, "reason": error.reason.rawValue, "rest": error.rest]
            )
        }
        switch key {
        case "calc": current?.calculation = expression
        case "warn": current?.warning = expression
        default: current?.critical = expression
        }
    }

    private mutating func duration(_ key: String, _ value: String, _ line: Int) -> Int? {
        guard let seconds = healthSeconds(value), seconds >= 0 else {
            find(.healthDuration, line, ["key": key, "value": value])
            return nil
        }
        return seconds
    }

    private mutating func number(_ key: String, _ value: String, _ line: Int) -> Double? {
        guard let number = Double(value), number.isFinite else {
            find(.healthDuration, line, ["key": key, "value": value])
            return nil
        }
        return number
    }
}

private func trimmed(_ text: Substring) -> String {
    var text = text
    while text.first == " " { text.removeFirst() }
    while text.last == " " { text.removeLast() }
    return String(text)
}

/// What quotes leave behind stays, at the ends too.
private func unquoted(_ text: String) -> String { String(text.map { $0 == "'" || $0 == "\"" ? " " : $0 }) }

/// `down 5m max 1h`: names and what follows them; the last one may have nothing.
private func pairs(_ text: String) -> [(String, String)] {
    let words = text.split(separator: " ").map(String.init)
    return stride(from: 0, to: words.count, by: 2).map { (words[$0], $0 + 1 < words.count ? words[$0 + 1] : "") }
}

/// Letters, digits, dots and underscores; all else becomes an underscore, byte by byte.
func sanitized(_ name: String) -> String {
    let bytes = name.utf8.map { byte -> UInt8 in
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "_"):
            byte
        default: UInt8(ascii: "_")
        }
    }
    return String(decoding: bytes, as: UTF8.self)
}
