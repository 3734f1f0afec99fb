import Basics
#if canImport(Glibc)
import Glibc
#endif

/// A time as people of a place write it.
struct CivilTime: Equatable {
    var year = 1970
    /// 1–12.
    var month = 1
    var day = 1
    var hour = 0
    var minute = 0
    var second = 0

    /// - Parameter seconds: since 1970, shifted by the place's offset.
    init(shifted seconds: Int64) {
        let days = Self.day(seconds)
        setTime(seconds - days * 86_400)
        // Days since 1 March of a year divisible by 400: the leap day is the last of the year then.
        let shifted = days + 719_468
        let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let monthFromMarch = (5 * dayOfYear + 2) / 153
        day = Int(dayOfYear - (153 * monthFromMarch + 2) / 5 + 1)
        month = Int(monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9)
        year = Int(yearOfEra + era * 400) + (month <= 2 ? 1 : 0)
    }

    /// - Parameter seconds: of the day.
    mutating func setTime(_ seconds: Int64) {
        (hour, minute, second) = (Int(seconds / 3600), Int(seconds / 60 % 60), Int(seconds % 60))
    }

    /// Days since 1970.
    static func day(_ seconds: Int64) -> Int64 { (seconds >= 0 ? seconds : seconds - 86_399) / 86_400 }
}

/// Local times of many rows: the offset from UTC is looked up once for each quarter of an hour, since no place changes it
/// within one, and the date is found once for each day.
struct LocalCalendar {
    private let offset: @Sendable (Int64) -> Int64
    private var quarter = Int64.min
    private var shift: Int64 = 0
    private var day = Int64.min
    private var civil = CivilTime(shifted: 0)

    /// - Parameter offset: seconds east of UTC at a time.
    init(offset: @escaping @Sendable (Int64) -> Int64) { self.offset = offset }

    /// Local seconds since 1970.
    mutating func shifted(_ seconds: Int64) -> Int64 {
        let asked = seconds >= 0 ? seconds / 900 : -1
        if asked != quarter || asked < 0 {
            quarter = asked
            shift = offset(seconds)
        }
        return seconds + shift
    }

    mutating func time(_ seconds: Int64) -> CivilTime {
        let shifted = shifted(seconds)
        let today = CivilTime.day(shifted)
        if today == day {
            civil.setTime(shifted - today * 86_400)
        } else {
            day = today
            civil = CivilTime(shifted: shifted)
        }
        return civil
    }

    /// As the machine is set up.
    @Sendable static func systemOffset(_ seconds: Int64) -> Int64 {
        var time = time_t(seconds)
        var local = tm()
        return localtime_r(&time, &local) == nil ? 0 : Int64(local.tm_gmtoff)
    }
}

extension [UInt8] {
    /// `2026-11-22 09:00:05`.
    mutating func append(date civil: CivilTime) {
        append(number: civil.year)
        append(addingCapacity: 15) { span in
            func append(_ separator: Unicode.Scalar, _ number: Int) {
                span.append(UInt8(ascii: separator))
                span.append(UInt8(truncatingIfNeeded: number / 10 % 10) + 48)
                span.append(UInt8(truncatingIfNeeded: number % 10) + 48)
            }
            append("-", civil.month)
            append("-", civil.day)
            append(" ", civil.hour)
            append(":", civil.minute)
            append(":", civil.second)
        }
    }
}
