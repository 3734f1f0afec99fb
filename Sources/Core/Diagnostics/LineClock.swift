/// Says when the lines of a log were written, from their bytes and without making a text of them: lines are put in order
/// and left out by it before anything else is known of them.
public struct LineClock: Sendable {
    private let zone: LocalTime
    /// The quarter of an hour whose offset is known: no zone changes within one.
    private var quarter: Int64 = .min
    private var offset: Int64 = 0

    public init(_ zone: LocalTime) { self.zone = zone }

    /// Microseconds since 1970; `nil` for a line that says no time.
    public mutating func moment(of line: ArraySlice<UInt8>) -> Int64? {
        guard let first = line.first else { return nil }
        if first >= 48, first <= 57 { return date(line) }
        if line.starts(with: "time=".utf8) {
            let value = line.dropFirst(5)
            return moment(value.first == UInt8(ascii: "\"") ? value.dropFirst() : value)
        }
        guard first == UInt8(ascii: "{"), let fields = jsonFields(Array(line)) else {
            return keyValueFields(Array(line))?["time"].flatMap { moment(of: $0) }
        }
        return fields["time"].flatMap { moment(of: $0) }
    }

    /// Of a time that stands alone: a date, or seconds or microseconds since 1970.
    public mutating func moment(of time: String) -> Int64? { moment(ArraySlice(time.utf8)) }

    private mutating func moment(_ text: ArraySlice<UInt8>) -> Int64? { date(text) ?? unixTime(text) }

    /// `2026-11-22 09:26:23`, with `T`, a fraction and a zone or without.
    private mutating func date(_ text: ArraySlice<UInt8>) -> Int64? {
        guard let (wall, fraction, rest) = wallTime(text) else { return nil }
        if let ahead = zoneOffset(rest) { return (wall - ahead) * microseconds + fraction }
        let quarter = wall / 900
        if quarter != self.quarter {
            self.quarter = quarter
            offset = zone.secondsAhead(wall: wall)
        }
        return (wall - offset) * microseconds + fraction
    }
}

/// What a clock shows: `YYYY-MM-DD HH:MM:SS[.fraction]`, a `T` or a blank in the middle.
/// - Returns: seconds as if it were UTC's, microseconds, and what follows.
func wallTime(_ text: ArraySlice<UInt8>) -> (wall: Int64, fraction: Int64, rest: ArraySlice<UInt8>)? {
    guard text.count >= 19 else { return nil }
    let start = text.startIndex
    func separated(_ offset: Int, _ byte: UInt8) -> Bool { text[start + offset] == byte }
    guard separated(4, 45), separated(7, 45), separated(13, 58), separated(16, 58),
        separated(10, 0x20) || separated(10, UInt8(ascii: "T")),
        let year = number(text, start, 4), let month = number(text, start + 5, 2),
        let day = number(text, start + 8, 2), let hour = number(text, start + 11, 2),
        let minute = number(text, start + 14, 2), let second = number(text, start + 17, 2),
        (1...12).contains(month), (1...31).contains(day), hour < 24, minute < 60, second <= 60
    else { return nil }
    var rest = text[(start + 19)...]
    var fraction: Int64 = 0
    if rest.first == UInt8(ascii: "."), let next = rest.dropFirst().first, next >= 48, next <= 57 {
        let digits = rest.dropFirst().prefix { $0 >= 48 && $0 <= 57 }
        for index in 0..<6 {
            fraction = fraction * 10 + (index < digits.count ? Int64(digits[digits.startIndex + index]) - 48 : 0)
        }
        rest = rest[digits.endIndex...]
    }
    let wall = days(year: year, month: month, day: day) * 86_400 + hour * 3600 + minute * 60 + second
    return (wall, fraction, rest)
}

/// `Z`, `+01:00`, `+0100`: seconds ahead of UTC; `nil` where no zone begins.
func zoneOffset(_ text: ArraySlice<UInt8>) -> Int64? {
    guard let sign = text.first else { return nil }
    if sign == UInt8(ascii: "Z") || sign == UInt8(ascii: "z") { return 0 }
    guard sign == UInt8(ascii: "+") || sign == UInt8(ascii: "-") else { return nil }
    let start = text.startIndex + 1
    guard let hours = number(text, start, 2), hours < 24 else { return nil }
    let colon = start + 2 < text.endIndex && text[start + 2] == UInt8(ascii: ":") ? 1 : 0
    let minutes = number(text, start + 2 + colon, 2) ?? 0
    return (sign == UInt8(ascii: "-") ? -1 : 1) * (hours * 3600 + minutes * 60)
}

/// Seconds since 1970 with a fraction or without, milliseconds, or microseconds, as the journal counts: told apart by their
/// number of digits.
private func unixTime(_ text: ArraySlice<UInt8>) -> Int64? {
    let whole = text.prefix { $0 >= 48 && $0 <= 57 }
    guard let value = number(whole, whole.startIndex, whole.count) else { return nil }
    switch whole.count {
    case 9...11: return value * microseconds
    case 12...14: return value * 1000
    case 15...17: return value
    default: return nil
    }
}

/// So many decimal digits, no fewer, and no more than fit.
func number(_ text: ArraySlice<UInt8>, _ start: Int, _ count: Int) -> Int64? {
    guard count <= 18, start >= text.startIndex, start + count <= text.endIndex else { return nil }
    var value: Int64 = 0
    for byte in text[start..<start + count] {
        guard byte >= 48, byte <= 57 else { return nil }
        value = value * 10 + Int64(byte) - 48
    }
    return value
}
