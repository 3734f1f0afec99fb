import Basics

/// What stands in front of a row's values: a text, and when the row ends. Of that mostly only the last two digits differ
/// from the row before.
struct RowStart {
    enum Form {
        /// Unix seconds.
        case seconds
        /// The same with three zeros.
        case milliseconds
        /// `2026-11-22 09:00:05`, local time.
        case date
    }

    /// Of the last row that was asked for.
    private(set) var text = ShortText([])
    private let prefix: ShortText
    private let form: Form
    private var calendar: LocalCalendar
    /// The minute of a date, the hundred of seconds, whose digits ``text`` has; negative: none.
    private var known: Int64 = -1

    /// - Parameter prefix: at most five bytes, which leaves room for any time.
    init(_ prefix: ShortText, _ form: Form, _ calendar: LocalCalendar) {
        self.prefix = prefix
        self.form = form
        self.calendar = calendar
    }

    /// - Parameter seconds: Unix time.
    mutating func set(_ seconds: Int64) {
        let shifted = form == .date ? calendar.shifted(seconds) : seconds
        let length: Int64 = form == .date ? 60 : 100
        let (part, rest) = shifted.quotientAndRemainder(dividingBy: length)
        if part == known, shifted >= 0 {
            text.set(twoDigits: Int(rest))
        } else {
            write(seconds)
            // Less than a hundred may have one digit.
            known = part > 0 ? part : -1
        }
    }

    private mutating func write(_ seconds: Int64) {
        var bytes: [UInt8] = []
        bytes.append(short: prefix)
        if form == .date { bytes.append(date: calendar.time(seconds)) } else { bytes.append(number: seconds) }
        let place = bytes.count - 2
        if form == .milliseconds { bytes.append("000") }
        text = ShortText(bytes, digits: place)
    }
}
