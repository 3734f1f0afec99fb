internal import Status

/// What `/` takes in the list of alarms: words that must all hold. `!` before one turns it round.
///
/// A word is `critical`, `warning`, `silenced`, `disabled` or `frozen`, else a part of the host's name, the chart, the alarm or its
/// information. Further `state:critical|warning`, `host:web`, `chart:disk`, `alarm:load`, `class:errors`, `to:sysadmin`,
/// `age<1h`, `age>2d`.
struct AlarmFilter: Sendable, Equatable {
    struct Failure: Error, Equatable {
        let message: String
    }

    private enum Test: Sendable, Equatable {
        case text(String)
        case states(Set<String>)
        case part(Field, String)
        case mark(Mark)
        case older(Double)
        case newer(Double)
    }

    private enum Field: String {
        case host
        case chart
        case alarm
        case classification = "class"
        case recipient = "to"
    }

    private enum Mark: String {
        case silenced
        case disabled
        case frozen
    }

    private struct Term: Sendable, Equatable {
        var negated: Bool
        var test: Test
    }

    private let terms: [Term]
    let text: String

    static let everything = AlarmFilter(terms: [], text: "")

    private init(terms: [Term], text: String) {
        self.terms = terms
        self.text = text
    }

    /// - Throws: ``Failure`` with a sentence for the prompt.
    init(_ text: String) throws(Failure) {
        var terms: [Term] = []
        for word in text.split(separator: " ") {
            let negated = word.hasPrefix("!")
            let body = String(negated ? word.dropFirst() : word)
            if body.isEmpty { continue }
            terms.append(Term(negated: negated, test: try Self.test(body)))
        }
        self.terms = terms
        self.text = text
    }

    var isEmpty: Bool { terms.isEmpty }

    func matches(_ alarm: ShownAlarm, at now: Double) -> Bool {
        terms.allSatisfy { holds($0.test, alarm, now) != $0.negated }
    }

    private static let states: Set<String> = ["critical", "warning"]

    private static func test(_ word: String) throws(Failure) -> Test {
        let plain = word.lowercased()
        if let colon = plain.firstIndex(of: ":") {
            let name = String(plain[..<colon])
            let value = String(plain[plain.index(after: colon)...])
            if name == "state" {
                let wanted = Set(value.split(separator: "|").map(String.init))
                guard !wanted.isEmpty, wanted.isSubset(of: states) else {
                    throw Failure(message: "no state '\(value)': critical warning")
                }
                return .states(wanted)
            }
            if let field = Field(rawValue: name) { return .part(field, value) }
        }
        if let sign = plain.firstIndex(where: { $0 == ">" || $0 == "<" }) {
            guard plain[..<sign] == "age" else {
                throw Failure(message: "no figure '\(plain[..<sign])': age, like age<1h")
            }
            guard let number = seconds(plain[plain.index(after: sign)...]) else {
                throw Failure(message: "'\(word)' wants a time, like age<1h or age>2d")
            }
            return plain[sign] == ">" ? .older(number) : .newer(number)
        }
        if states.contains(plain) { return .states([plain]) }
        if let mark = Mark(rawValue: plain) { return .mark(mark) }
        return .text(plain)
    }

    private func holds(_ test: Test, _ shown: ShownAlarm, _ now: Double) -> Bool {
        let alarm = shown.alarm
        return switch test {
        case .text(let part):
            [alarm.hostname, alarm.chart, alarm.name, alarm.info ?? ""].contains { $0.lowercased().contains(part) }
        case .states(let states): states.contains(alarm.status.lowercased())
        case .part(let field, let part): text(field, alarm).lowercased().contains(part)
        case .mark(.silenced): shown.isSilenced
        case .mark(.disabled): shown.isDisabled
        case .mark(.frozen): shown.isFrozen
        case .older(let limit): alarm.sinceAt.map { now - $0 > limit } ?? false
        case .newer(let limit): alarm.sinceAt.map { now - $0 < limit } ?? false
        }
    }

    private func text(_ field: Field, _ alarm: StatusDocument.RaisedAlarm) -> String {
        switch field {
        case .host: alarm.hostname
        case .chart: alarm.chart
        case .alarm: alarm.name
        case .classification: alarm.classification ?? ""
        case .recipient: alarm.recipient ?? ""
        }
    }
}
