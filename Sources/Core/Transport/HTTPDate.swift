internal import Basics

/// `Sun, 22 Nov 2026 09:27:20 GMT` of Unix seconds, for `Date` and `Expires`.
public func httpDate(_ seconds: Int64) -> String {
    var bytes: [UInt8] = []
    bytes.append(httpDate: seconds)
    return String(decoding: bytes, as: UTF8.self)
}

extension [UInt8] {
    /// The same, at the end of what is there.
    mutating func append(httpDate seconds: Int64) {
        let day = seconds.dividedDown(by: 86_400)
        let rest = seconds - day * 86_400
        let (year, month, date) = civil(day)
        append(days[Int((day + 4).moduloPositive(7))])
        append(twoDigits: date)
        append(months[Int(month) - 1])
        append(number: year)
        append(UInt8(ascii: " "))
        append(twoDigits: rest / 3600)
        append(UInt8(ascii: ":"))
        append(twoDigits: rest / 60 % 60)
        append(UInt8(ascii: ":"))
        append(twoDigits: rest % 60)
        append(" GMT")
    }

    /// - Parameter number: 0...99.
    private mutating func append(twoDigits number: Int64) {
        append(UInt8(truncatingIfNeeded: 48 + number / 10))
        append(UInt8(truncatingIfNeeded: 48 + number % 10))
    }
}

private let days: [StaticString] = ["Sun, ", "Mon, ", "Tue, ", "Wed, ", "Thu, ", "Fri, ", "Sat, "]
private let months: [StaticString] = [
    " Jan ", " Feb ", " Mar ", " Apr ", " May ", " Jun ", " Jul ", " Aug ", " Sep ", " Oct ", " Nov ", " Dec ",
]

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
