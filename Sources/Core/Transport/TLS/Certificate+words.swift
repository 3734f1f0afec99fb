internal import Glibc

// What people are told of a certificate.

extension Certificate {
    /// `parent.example, 10.0.0.5`; the subject where it has no alternative names.
    public var audience: String {
        names.isEmpty ? "\(subject) (no subjectAltName)" : names.joined(separator: ", ")
    }

    /// `valid from 2026-01-02 to 2027-01-02, 41 days left`
    /// - Parameter now: seconds since 1970.
    public func validity(at now: Int64) -> String {
        let range = "from \(Self.day(notBefore)) to \(Self.day(notAfter))"
        if now < notBefore { return "not valid yet: \(range), begins in \(Self.span(notBefore - now))" }
        if now > notAfter { return "expired: \(range), over since \(Self.span(now - notAfter))" }
        return "valid \(range), \(Self.span(notAfter - now)) left"
    }

    /// Whole days that are left; negative when it is over.
    public func daysLeft(at now: Int64) -> Int { Int((Double(notAfter - now) / 86_400).rounded(.down)) }

    /// `2027-01-02` of seconds since 1970, in UTC.
    static func day(_ seconds: Int64) -> String { String(moment(seconds).prefix(10)) }

    /// `2027-01-02 10:20:30Z`
    static func moment(_ seconds: Int64) -> String {
        var seconds = time_t(seconds)
        var parts = tm()
        gmtime_r(&seconds, &parts)
        let numbers = [
            parts.tm_year + 1900, parts.tm_mon + 1, parts.tm_mday, parts.tm_hour, parts.tm_min, parts.tm_sec,
        ]
        let words = numbers.map { $0 < 10 ? "0\($0)" : "\($0)" }
        return words[..<3].joined(separator: "-") + " " + words[3...].joined(separator: ":") + "Z"
    }

    /// The common name: `Example Lab CA` of `CN=Example Lab CA,O=Example`.
    static func commonName(of name: String) -> String {
        let part = name.split(separator: ",").first { $0.hasPrefix("CN=") }
        return part.map { String($0.dropFirst(3)) } ?? name
    }

    private static func span(_ seconds: Int64) -> String {
        switch seconds {
        case ..<120: "\(seconds) s"
        case ..<7200: "\(seconds / 60) min"
        case ..<172_800: "\(seconds / 3600) h"
        default: "\(seconds / 86_400) days"
        }
    }
}
