/// Numbers as the screens show them: right-aligned by whoever places them, of few widths, `-` where unknown, `0` where
/// it is nothing.
enum Figures {
    /// `310`, `2.1k`, `184k`, `5.4M`: at most five characters.
    static func short(_ number: Double?) -> String {
        guard let number, number.isFinite else { return "-" }
        let sign = number < 0 ? "-" : ""
        var value = number.magnitude
        guard value >= 999.5 else { return sign + String(Int(value.rounded())) }
        for unit in ["k", "M", "G", "T", "P"] {
            value /= 1000
            if value < 9.95 { return sign + decimal(value, 1) + unit }
            if value < 999.5 { return sign + String(Int(value.rounded())) + unit }
        }
        return sign + ">999P"
    }

    /// A metric's value in at most six characters: `0.03`, `12.4`, `1240`, `-184k`.
    static func value(_ number: Double?) -> String {
        guard let number, number.isFinite else { return "-" }
        let size = number.magnitude
        if size >= 9_999.5 { return short(number) }
        var text = decimal(number, size < 9.995 ? 2 : size < 999.95 ? 1 : 0)
        if text.contains(".") {
            while text.last == "0" { text.removeLast() }
            if text.last == "." { text.removeLast() }
        }
        return text
    }

    /// Bytes a second as kB/s with one decimal; without it from 10,000 on.
    static func kilobytes(_ bytesPerSecond: Double?) -> String {
        guard let bytesPerSecond, bytesPerSecond.isFinite else { return "-" }
        let value = bytesPerSecond / 1000
        if value < 9_999.95 { return decimal(value, 1) }
        return value < 9_999_999 ? String(Int(value.rounded())) : short(value)
    }

    /// `412 B/s`, `4.6 kB/s`, `2.61 MB/s`.
    static func rate(_ bytesPerSecond: Double?) -> String {
        guard let bytesPerSecond, bytesPerSecond.isFinite else { return "- B/s" }
        if bytesPerSecond < 999.5 { return "\(Int(bytesPerSecond.rounded())) B/s" }
        var value = bytesPerSecond
        for unit in ["kB/s", "MB/s", "GB/s"] {
            value /= 1000
            if value < 9.995 { return decimal(value, 2) + " " + unit }
            if value < 99.95 { return decimal(value, 1) + " " + unit }
            if value < 999.5 { return "\(Int(value.rounded())) " + unit }
        }
        return short(bytesPerSecond) + "B/s"
    }

    /// Memory in binary units: `118 MiB`.
    static func memory(_ bytes: Int?) -> String {
        guard let bytes else { return "-" }
        var value = Double(bytes)
        if value < 1024 { return "\(bytes) B" }
        for unit in ["KiB", "MiB", "GiB", "TiB"] {
            value /= 1024
            if value < 9.95 { return decimal(value, 1) + " " + unit }
            if value < 1023.5 { return "\(Int(value.rounded())) " + unit }
        }
        return decimal(value, 0) + " TiB"
    }

    /// `41s`, `6m`, `2h`, `12d`: at most four characters for ages up to 27 years.
    static func age(_ seconds: Double?) -> String {
        guard let seconds, seconds.isFinite else { return "-" }
        let value = Int(min(max(seconds, 0), 1e12))
        if value < 60 { return "\(value)s" }
        if value < 3600 { return "\(value / 60)m" }
        if value < 86_400 { return "\(value / 3600)h" }
        return "\(value / 86_400)d"
    }

    /// `0.4s`, `41s`, `2m10`, `3h`: how far behind.
    static func lag(_ seconds: Double?) -> String {
        guard let seconds, seconds.isFinite else { return "-" }
        if seconds < 9.95 { return decimal(max(seconds, 0), 1) + "s" }
        let value = Int(min(seconds.rounded(), 1e12))
        if value >= 60, value < 3600 { return "\(value / 60)m" + twoDigits(value % 60) }
        return age(Double(value))
    }

    /// `12d 04:11`, `04:11:09`: how long something runs.
    static func uptime(_ seconds: Double?) -> String {
        guard let seconds, seconds.isFinite, seconds >= 0 else { return "-" }
        let value = Int(min(seconds, 1e12))
        let minutes = twoDigits(value / 3600 % 24) + ":" + twoDigits(value / 60 % 60)
        return value >= 86_400 ? "\(value / 86_400)d \(minutes)" : minutes + ":" + twoDigits(value % 60)
    }

    /// The time of the day at Unix seconds: `14:05:09`.
    static func clock(_ at: Double?, offset: Int) -> String {
        guard let at, at.isFinite, at.magnitude < 1e12 else { return "-" }
        let day = 86_400
        let value = ((Int(at.rounded(.down)) + offset) % day + day) % day
        return twoDigits(value / 3600) + ":" + twoDigits(value / 60 % 60) + ":" + twoDigits(value % 60)
    }

    /// With so many decimals, rounded half away from zero.
    static func decimal(_ value: Double, _ digits: Int) -> String {
        let factor = [1.0, 10, 100, 1000][digits]
        let scaled = (value.magnitude * factor).rounded()
        guard scaled < 1e15 else { return "-" }
        let sign = value < 0 && scaled > 0 ? "-" : ""
        let whole = Int(scaled) / Int(factor)
        guard digits > 0 else { return sign + String(whole) }
        let fraction = String(Int(scaled) % Int(factor))
        return sign + "\(whole)." + String(repeating: "0", count: digits - fraction.count) + fraction
    }

    /// `+0.4s`, `-3.1s`.
    static func signedSeconds(_ seconds: Double?) -> String {
        guard let seconds, seconds.isFinite else { return "-" }
        let text = seconds.magnitude < 99.95 ? decimal(seconds, 1) + "s" : short(seconds) + "s"
        return seconds < 0 && text.hasPrefix("-") ? text : "+" + text
    }

    static func twoDigits(_ value: Int) -> String {
        value < 10 ? "0\(value)" : "\(value)"
    }
}
