import Glibc

/// Dates as the original's logs write them.
public enum LogDate {
    /// `2026-11-22 09:26:23`, local time.
    /// - Parameter microseconds: since 1970.
    public static func text(_ microseconds: Int64) -> String {
        var seconds = time_t(microseconds / 1_000_000)
        var parts = tm()
        localtime_r(&seconds, &parts)
        var text = String(Int(parts.tm_year) + 1900)
        text += "-" + two(parts.tm_mon + 1) + "-" + two(parts.tm_mday)
        text += " " + two(parts.tm_hour) + ":" + two(parts.tm_min) + ":" + two(parts.tm_sec)
        return text
    }

    private static func two(_ number: Int32) -> String { number < 10 ? "0\(number)" : "\(number)" }
}
