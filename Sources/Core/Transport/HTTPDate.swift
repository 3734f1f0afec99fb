/// `Sun, 22 Nov 2026 09:27:20 GMT` of Unix seconds, for `Date` and `Expires`.
public func httpDate(_ seconds: Int64) -> String {
    let day = seconds.dividedDown(by: 86_400)
    let rest = seconds - day * 86_400
    let (year, month, date) = civil(day)
    var text = days[Int((day + 4).moduloPositive(7))]
    text.reserveCapacity(32)
    text += ", "
    append(date, to: &text)
    text += months[Int(month) - 1]
    text += String(year)
    text += " "
    append(rest / 3600, to: &text)
    text += ":"
    append(rest / 60 % 60, to: &text)
    text += ":"
    append(rest % 60, to: &text)
    text += " GMT"
    return text
}

private let days = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"]
private let months = [
    " Jan ", " Feb ", " Mar ", " Apr ", " May ", " Jun ", " Jul ", " Aug ", " Sep ", " Oct ", " Nov ", " Dec ",
]

/// Two digits.
private func append(_ number: Int64, to text: inout String) {
    if number < 10 { text += "0" }
    text += String(number)
}

/// The Gregorian date of a day since 1970-01-01. Years are counted from March, so that the leap day is the last.
private func civil(_ day: Int64) -> (year: Int64, month: Int64, day: Int64) {
    let shifted = day + 719_468
    let era = shifted.dividedDown(by: 146_097)
    let dayOfEra = shifted - era * 146_097
    let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let shiftedMonth = (5 * dayOfYear + 2) / 153
    let month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
    return (yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, dayOfYear - (153 * shiftedMonth + 2) / 5 + 1)
}

extension Int64 {
    fileprivate func dividedDown(by divisor: Int64) -> Int64 {
        let quotient = self / divisor
        return self % divisor < 0 ? quotient - 1 : quotient
    }

    fileprivate func moduloPositive(_ divisor: Int64) -> Int64 { self - dividedDown(by: divisor) * divisor }
}
