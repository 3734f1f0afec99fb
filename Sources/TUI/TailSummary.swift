internal import Basics
public import Diagnostics

/// Counts what went by, by degree, code and host: one line for each minute in which something did, and a table at the end.
public struct TailSummary: Sendable {
    private struct Kind: Hashable {
        var severity: Severity
        var code: String
        var subject: String
    }

    private struct Tally {
        var kinds: [Kind: Int] = [:]
        var severities: [Severity: Int] = [:]
        /// Of kinds beyond the limit.
        var others = 0

        var total: Int { severities.values.reduce(0, +) }

        mutating func count(_ kind: Kind) {
            severities[kind.severity, default: 0] += 1
            if kinds[kind] != nil || kinds.count < TailSummary.limit {
                kinds[kind, default: 0] += 1
            } else {
                others += 1
            }
        }

        /// The worst first, of those the most frequent.
        var sorted: [(kind: Kind, count: Int)] {
            kinds.map { ($0.key, $0.value) }.sorted { one, other in
                if one.0.severity != other.0.severity { return one.0.severity > other.0.severity }
                if one.1 != other.1 { return one.1 > other.1 }
                return (one.0.code, one.0.subject) < (other.0.code, other.0.subject)
            }
        }
    }

    /// Pairs of code and host that are told apart.
    static let limit = 10_000
    private static let rows = 20
    private static let minute: Int64 = 60_000_000

    private let appearance: Appearance
    private let zone: LocalTime
    private var whole = Tally()
    private var recent = Tally()
    private var first: Int64?
    private var last: Int64?
    /// Reader's clock, microseconds.
    private var began: Int64?

    public init(appearance: Appearance, zone: LocalTime) {
        self.appearance = appearance
        self.zone = zone
    }

    public mutating func count(_ line: TailLine) {
        let recognised = line.recognised
        let kind = Kind(severity: recognised.severity, code: recognised.condition?.code ?? "-", subject: line.subject)
        whole.count(kind)
        recent.count(kind)
        guard let moment = line.moment else { return }
        first = min(first ?? moment, moment)
        last = max(last ?? moment, moment)
    }

    /// What was there before somebody began to watch belongs to no minute.
    public mutating func beginMinutes(now: Int64) {
        recent = Tally()
        began = now
    }

    /// The line of a minute that is over; `nil` while it is not, and where nothing happened in it.
    /// - Parameters:
    ///   - now: the reader's clock, microseconds.
    ///   - date: microseconds since 1970.
    public mutating func minute(now: Int64, date: Int64) -> String? {
        guard let began, now - began >= Self.minute else { return nil }
        self.began = now
        let tally = recent
        recent = Tally()
        guard tally.total > 0 else { return nil }
        let named = tally.sorted.prefix(4).map { "\($0.kind.code) \($0.kind.subject) \(grouped($0.count))" }
        let more = tally.kinds.count - named.count
        let kinds = named + (more > 0 ? ["\(grouped(more)) more kinds"] : [])
        return "-- " + localDate(date, zone).suffix(8) + "  60 s: " + degrees(tally) + ": "
            + shown(kinds.joined(separator: ", ")) + "\n"
    }

    /// The table of everything; empty where nothing went by.
    public var closing: String {
        guard whole.total > 0 else { return "" }
        var text = "--"
        if let first, let last { text += " \(localDate(first, zone)) to \(localDate(last, zone)):" }
        text += " " + degrees(whole) + "\n"
        let sorted = whole.sorted
        for (kind, count) in sorted.prefix(Self.rows) {
            let mark = kind.severity == .error ? "x" : kind.severity == .warning ? "!" : " "
            let sentence = Catalogue.condition(code: kind.code)?.sentence ?? ""
            let subject = shown(kind.subject)
            text += padded(grouped(count), 9, right: true) + "  " + mark + " " + padded(kind.code, 7) + " "
            text += padded(displayWidth(of: subject) > 16 ? cut(subject, 15) + appearance.ellipsis : subject, 16)
            text += sentence.isEmpty ? "\n" : " " + appearance.spelt(sentence) + "\n"
        }
        let left = sorted.dropFirst(Self.rows)
        let lines = left.reduce(whole.others) { $0 + $1.count }
        if lines > 0 { text += padded(grouped(lines), 9, right: true) + "  of \(grouped(left.count)) more kinds\n" }
        return text
    }

    /// `301 errors, 1 warning, 12 others`.
    private func degrees(_ tally: Tally) -> String {
        func counted(_ severity: Severity, _ word: String) -> String? {
            guard let count = tally.severities[severity], count > 0 else { return nil }
            return "\(grouped(count)) \(word)" + (count == 1 ? "" : "s")
        }
        return [counted(.error, "error"), counted(.warning, "warning"), counted(.info, "other")]
            .compactMap { $0 }.joined(separator: ", ")
    }

    private func shown(_ text: String) -> String { oneLine(text, appearance) }
}
