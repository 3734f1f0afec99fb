/// Moments as people type them: `--since 10m`, `--until "2026-11-22 14:05"`.
public enum SpokenTime {
    /// What is understood, for whoever typed something else.
    public static let forms =
        "10m, 2h, 14:05, today, yesterday, 2026-11-22, \"2026-11-22 14:05\", RFC 3339 or Unix seconds"

    /// - Parameters:
    ///   - now: microseconds since 1970.
    ///   - zone: of times that name none.
    /// - Returns: microseconds since 1970; `nil` for what is no moment.
    public static func moment(_ text: String, now: Int64, _ zone: LocalTime) -> Int64? {
        let typed = text.split(separator: " ").joined(separator: " ")
        let day: Int64 = 86_400
        let wall = zone.wall(now / microseconds)
        let midnight = wall - wall % day
        switch typed {
        case "now": return now
        case "today": return zone.seconds(wall: midnight) * microseconds
        case "yesterday": return zone.seconds(wall: midnight - day) * microseconds
        default: break
        }
        if let ago = duration(typed.hasSuffix(" ago") ? String(typed.dropLast(4)) : typed) { return now - ago }
        let bytes = ArraySlice(typed.utf8)
        if let seconds = unixSeconds(typed) { return seconds }
        if let (wall, fraction, rest) = wallTime(completed(bytes)) {
            if rest.isEmpty { return zone.seconds(wall: wall) * microseconds + fraction }
            guard let ahead = zoneOffset(rest.drop { $0 == 0x20 }) else { return nil }
            return (wall - ahead) * microseconds + fraction
        }
        guard let clock = timeOfDay(bytes) else { return nil }
        // Of the day, as it was last: at ten past midnight 23:50 was yesterday.
        let today = zone.seconds(wall: midnight + clock) * microseconds
        return today <= now ? today : zone.seconds(wall: midnight - day + clock) * microseconds
    }

    /// `90s`, `10m`, `2h30m`, `1d`, `1w`, a minus before it or not: microseconds.
    public static func duration(_ text: String) -> Int64? {
        var rest = text.hasPrefix("-") ? text.dropFirst() : text[...]
        var total: Int64 = 0
        guard !rest.isEmpty else { return nil }
        while !rest.isEmpty {
            let digits = rest.prefix { $0.isASCII && $0.isNumber }
            guard let count = Int64(digits), count < 1_000_000_000 else { return nil }
            rest = rest[digits.endIndex...]
            let unit = rest.prefix { $0.isLetter }
            rest = rest[unit.endIndex...]
            let seconds: Int64
            switch unit {
            case "s", "sec", "second", "seconds": seconds = 1
            case "m", "min", "minute", "minutes": seconds = 60
            case "h", "hour", "hours": seconds = 3600
            case "d", "day", "days": seconds = 86_400
            case "w", "week", "weeks": seconds = 604_800
            default: return nil
            }
            total += count * seconds
            // Older than any log, and still a number of microseconds.
            guard total < 1_000_000_000_000 else { return nil }
        }
        return total * microseconds
    }

    /// A date without a time begins at midnight, a time without seconds at the full minute; a zone may follow either.
    private static func completed(_ text: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        if text.count == 10 { return text + Array(" 00:00:00".utf8) }
        guard text.count >= 16, text.count == 16 || text[text.startIndex + 16] != UInt8(ascii: ":") else { return text }
        return text.prefix(16) + Array(":00".utf8) + text.dropFirst(16)
    }

    /// At least nine digits: smaller numbers are of a time nobody has logs of.
    private static func unixSeconds(_ text: String) -> Int64? {
        let digits = text.hasPrefix("@") ? text.dropFirst() : text[...]
        let parts = digits.split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
        guard let whole = parts.first, whole.utf8.count >= 9, whole.utf8.count <= 11, let seconds = Int64(whole),
            seconds >= 0
        else { return nil }
        guard parts.count == 2 else { return seconds * microseconds }
        guard !parts[1].isEmpty, parts[1].utf8.allSatisfy({ $0 >= 48 && $0 <= 57 }) else { return nil }
        return seconds * microseconds + Int64((parts[1] + "000000").prefix(6))!
    }

    /// `14:05` and `14:05:09`: seconds since midnight.
    private static func timeOfDay(_ text: ArraySlice<UInt8>) -> Int64? {
        let parts = text.split(separator: UInt8(ascii: ":"), omittingEmptySubsequences: false)
        guard (2...3).contains(parts.count), (1...2).contains(parts[0].count),
            parts.dropFirst().allSatisfy({ $0.count == 2 })
        else { return nil }
        let numbers = parts.compactMap { number($0, $0.startIndex, $0.count) }
        guard numbers.count == parts.count, numbers[0] < 24, numbers[1] < 60, numbers.last! < 60 else { return nil }
        return numbers[0] * 3600 + numbers[1] * 60 + (numbers.count == 3 ? numbers[2] : 0)
    }
}
