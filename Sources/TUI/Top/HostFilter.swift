internal import Status

/// What `/` takes: words that must all hold. `!` before one turns it round.
///
/// A word is a state (`live`, `down`, `stale`, …) or `tagged`, else a part of the hostname, the GUID or the address. Further
/// `state:live|down`, `compr:none`, `tls:no`, `via:GUID-OR-direct`, `code:ND-C2`, `ver:1.37`, and `lag>5s`, `age<1h`, `in>100` (kB/s), `samples>1000`, `ratio<2`,
/// `clock>2`.
public struct HostFilter: Sendable, Equatable {
    public struct Failure: Error, Equatable {
        public let message: String
    }

    enum Test: Sendable, Equatable {
        case text(String)
        case states(Set<String>)
        case compression(String)
        case version(String)
        case tls(String)
        case via(String)
        case code(String)
        case tagged
        case above(Field, Double)
        case below(Field, Double)
    }

    enum Field: String, Sendable {
        case lag
        case age
        case wire = "in"
        case samples
        case ratio
        case clock
    }

    struct Term: Sendable, Equatable {
        var negated: Bool
        var test: Test
    }

    let terms: [Term]
    public let text: String

    public static let everything = HostFilter(terms: [], text: "")

    private init(terms: [Term], text: String) {
        self.terms = terms
        self.text = text
    }

    /// - Throws: ``Failure`` with a sentence for the prompt.
    public init(_ text: String) throws(Failure) {
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

    public var isEmpty: Bool { terms.isEmpty }

    func matches(_ host: StatusDocument.Host, at now: Double, isTagged: Bool = false) -> Bool {
        terms.allSatisfy { ($0.test == .tagged ? isTagged : holds($0.test, host, now)) != $0.negated }
    }

    private static func test(_ word: String) throws(Failure) -> Test {
        if let colon = word.firstIndex(of: ":"), let name = FieldName(rawValue: String(word[..<colon])) {
            let value = String(word[word.index(after: colon)...]).lowercased()
            switch name {
            case .state:
                let states = Set(value.split(separator: "|").map { stateAliases[String($0)] ?? String($0) })
                for state in states where HostState(rawValue: state) == nil {
                    throw Failure(
                        message: "no state '\(state)': live local down stale repl conflict rejected archived expiring"
                    )
                }
                return .states(states)
            case .compression: return .compression(value)
            case .version: return .version(value)
            case .tls: return .tls(value)
            case .via: return .via(value)
            case .code: return .code(value)
            }
        }
        if let sign = word.firstIndex(where: { $0 == ">" || $0 == "<" }) {
            guard let field = Field(rawValue: String(word[..<sign])) else {
                throw Failure(message: "no column '\(word[..<sign])': lag age in samples ratio clock")
            }
            guard let number = seconds(word[word.index(after: sign)...]) else {
                throw Failure(message: "'\(word)' wants a number, like lag>5s or in>100")
            }
            return word[sign] == ">" ? .above(field, number) : .below(field, number)
        }
        let plain = word.lowercased()
        if plain == "tagged" { return .tagged }
        if let state = stateAliases[plain] ?? HostState(rawValue: plain)?.rawValue { return .states([state]) }
        return .text(plain)
    }

    private func holds(_ test: Test, _ host: StatusDocument.Host, _ now: Double) -> Bool {
        switch test {
        case .text(let part):
            [host.hostname, host.guid, host.address ?? ""].contains { $0.lowercased().contains(part) }
        case .states(let states): states.contains(host.state.rawValue)
        case .compression(let name): (host.connection?.compression ?? "") == name
        case .version(let part): (host.version ?? "").lowercased().contains(part)
        case .tls(let part):
            host.connection.map { ($0.tls?.version ?? "no").lowercased().contains(part) } ?? false
        case .via(let part): (host.via ?? "direct").lowercased().contains(part)
        case .code(let part): host.problems.contains { $0.code.lowercased().contains(part) }
        case .tagged: false
        case .above(let field, let limit): value(field, host, now).map { $0 > limit } ?? false
        case .below(let field, let limit): value(field, host, now).map { $0 < limit } ?? false
        }
    }

    private func value(_ field: Field, _ host: StatusDocument.Host, _ now: Double) -> Double? {
        switch field {
        case .lag: host.lagSeconds
        case .age: host.sinceAt.map { now - $0 }
        case .wire: host.inBytesPerSecond.map { $0 / 1000 }
        case .samples: host.samplesPerSecond
        case .ratio: host.connection?.ratioNow
        case .clock: host.clockOffsetSeconds?.magnitude
        }
    }
}

private enum FieldName: String {
    case state
    case compression = "compr"
    case version = "ver"
    case tls
    case via
    case code
}

private let stateAliases = ["repl": "replicating", "connect": "connecting", "gone": "expiring"]

/// A number with an optional unit of time.
func seconds(_ text: Substring) -> Double? {
    let factors: [Character: Double] = ["s": 1, "m": 60, "h": 3600, "d": 86_400]
    if let last = text.last, let factor = factors[last] { return Double(text.dropLast()).map { $0 * factor } }
    return Double(text)
}
