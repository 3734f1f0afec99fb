import Basics
import Config
import System

/// The forms of error.log besides the original's (`[logs] format`): one object, or one list of `name=value`, a line.
///
///     {"time":"2026-11-22T09:26:23.000000Z","comm":"ndstream","level":"error","code":"ND-F1","thread":"…","msg":"…"}
///     time=2026-11-22T09:26:23.000000Z comm=ndstream level=error code=ND-F1 thread="…" msg="…"
enum LogLayout {
    /// - Returns: `nil` for the original's form, which the log knows by itself.
    static func of(_ format: LogSettings.Format) -> ErrorLog.Layout? {
        switch format {
        case .netdata: nil
        case .json: { json($0) }
        case .logfmt: { logfmt($0) }
        }
    }

    private static func json(_ line: ErrorLog.Line) -> String {
        var json = JSONWriter(reserving: 256)
        json.object { json in
            for (name, value) in fields(line) { json.member(name, value) }
        }
        return json.string
    }

    private static func logfmt(_ line: ErrorLog.Line) -> String {
        fields(line).map { "\($0)=\(quotedIfNeeded($1))" }.joined(separator: " ")
    }

    /// What there is to say, in its order; what a line lacks is left out.
    private static func fields(_ line: ErrorLog.Line) -> [(String, String)] {
        let fields = [
            ("time", timestamp(line.at)), ("comm", "ndstream"), ("level", line.level?.lowercased() ?? "warning"),
            ("code", line.code), ("thread", line.thread), ("host", line.host ?? ""), ("msg", line.message),
        ]
        return fields.filter { !$0.1.isEmpty }
    }

    private static func quotedIfNeeded(_ text: String) -> String {
        let isPlain = text.utf8.allSatisfy {
            $0 > 0x20 && $0 < 0x7f && $0 != UInt8(ascii: "\"") && $0 != UInt8(ascii: "=")
        }
        if isPlain { return text }
        var bytes: [UInt8] = [UInt8(ascii: "\"")]
        appendJSONText(text, to: &bytes)
        bytes.append(UInt8(ascii: "\""))
        return String(decoding: bytes, as: UTF8.self)
    }

    /// RFC 3339 in UTC with microseconds.
    static func timestamp(_ microseconds: Int64) -> String {
        var days = microseconds / 86_400_000_000
        var rest = microseconds % 86_400_000_000
        if rest < 0 {
            days -= 1
            rest += 86_400_000_000
        }
        let (year, month, day) = civil(days)
        let seconds = rest / microsecondsPerSecond
        return padded(year, 4) + "-" + padded(month, 2) + "-" + padded(day, 2) + "T" + padded(seconds / 3600, 2) + ":"
            + padded(seconds / 60 % 60, 2) + ":" + padded(seconds % 60, 2) + "."
            + padded(rest % microsecondsPerSecond, 6)
            + "Z"
    }

    /// The Gregorian date of a day counted from 1970. Years begin in March here, so that the leap day comes last.
    private static func civil(_ days: Int64) -> (year: Int64, month: Int64, day: Int64) {
        let shifted = days + 719_468
        let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shiftedMonth = (5 * dayOfYear + 2) / 153
        let month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
        return (yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, dayOfYear - (153 * shiftedMonth + 2) / 5 + 1)
    }

    private static func padded(_ number: Int64, _ width: Int) -> String {
        let digits = String(number)
        return String(repeating: "0", count: max(0, width - digits.utf8.count)) + digits
    }
}
