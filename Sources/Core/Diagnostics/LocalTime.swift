/// What a zone's clocks show. The rules come from the system; everything that computes with them is given this.
public struct LocalTime: Sendable {
    private let ahead: @Sendable (_ wall: Int64) -> Int64

    /// - Parameter secondsAhead: seconds that local time is ahead of UTC when local clocks show `wall`: the date and time of
    ///   the day as seconds since 1970, as if they were UTC's.
    public init(_ secondsAhead: @escaping @Sendable (_ wall: Int64) -> Int64) { ahead = secondsAhead }

    public static let utc = LocalTime { _ in 0 }

    /// Seconds that local time is ahead of UTC when local clocks show `wall`.
    func secondsAhead(wall: Int64) -> Int64 { ahead(wall) }

    /// Seconds since 1970 when local clocks show `wall`.
    func seconds(wall: Int64) -> Int64 { wall - ahead(wall) }

    /// What local clocks show at so many seconds since 1970.
    func wall(_ seconds: Int64) -> Int64 {
        // The offset is known by what clocks show: a first guess finds it, except within a change's own hour.
        let guess = seconds + ahead(seconds)
        return seconds + ahead(guess)
    }
}

/// Microseconds of a second.
let microseconds: Int64 = 1_000_000

/// Days from 1970-01-01 to a Gregorian date. Years begin in March here, so that the leap day comes last.
func days(year: Int64, month: Int64, day: Int64) -> Int64 {
    let shifted = month <= 2 ? year - 1 : year
    let era = (shifted >= 0 ? shifted : shifted - 399) / 400
    let yearOfEra = shifted - era * 400
    let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
    return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
}

/// The Gregorian date of a day counted from 1970.
func civil(days: Int64) -> (year: Int64, month: Int64, day: Int64) {
    let shifted = days + 719_468
    let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
    let dayOfEra = shifted - era * 146_097
    let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let shiftedMonth = (5 * dayOfYear + 2) / 153
    let month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
    return (yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, dayOfYear - (153 * shiftedMonth + 2) / 5 + 1)
}

/// `2026-11-22 14:05:09` as local clocks show it.
/// - Parameter moment: microseconds since 1970.
public func localDate(_ moment: Int64, _ zone: LocalTime) -> String {
    let (date, clock) = shown(wall: zone.wall(floored(moment, microseconds)))
    return date + " " + clock
}

/// `2026-11-22T14:05:09.000000Z`: RFC 3339 in UTC.
/// - Parameter moment: microseconds since 1970.
public func universalDate(_ moment: Int64) -> String {
    let seconds = floored(moment, microseconds)
    let (date, clock) = shown(wall: seconds)
    return date + "T" + clock + "." + digits(moment - seconds * microseconds, 6) + "Z"
}

private func shown(wall: Int64) -> (date: String, clock: String) {
    let day = floored(wall, 86_400)
    let rest = wall - day * 86_400
    let (year, month, dayOfMonth) = civil(days: day)
    return (
        digits(year, 4) + "-" + digits(month, 2) + "-" + digits(dayOfMonth, 2),
        digits(rest / 3600, 2) + ":" + digits(rest / 60 % 60, 2) + ":" + digits(rest % 60, 2)
    )
}

private func floored(_ value: Int64, _ unit: Int64) -> Int64 {
    value >= 0 ? value / unit : -((unit - 1 - value) / unit)
}

private func digits(_ number: Int64, _ width: Int) -> String {
    let text = String(number)
    return String(repeating: "0", count: max(0, width - text.utf8.count)) + text
}
