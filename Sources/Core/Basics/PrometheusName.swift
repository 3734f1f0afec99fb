/// Names and values of labels as Prometheus takes them (exporting §7): who scrapes a host and who is written to see the same
/// series.
public enum PrometheusName {
    /// Letters and digits; everything else is `_`.
    public static func cleaned(_ text: some StringProtocol) -> String {
        String(decoding: text.utf8.map { cleaned($0) }, as: UTF8.self)
    }

    @inlinable
    public static func cleaned(_ byte: UInt8) -> UInt8 {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"):
            byte
        default: UInt8(ascii: "_")
        }
    }

    /// The same without a digit in front: what may be a whole name, of a metric or of a label.
    public static func whole(_ text: some StringProtocol) -> String {
        let name = cleaned(text)
        return name.utf8.first.map { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) } == true ? "_" + name : name
    }

    /// `_` + the units; a rate ends in `_persec`, `%` alone is `_percent`.
    ///
    /// - Parameter areOld: whether they are called what they once were: a scrape may ask for it, `oldunits`.
    public static func units(_ units: String, areOld: Bool = false) -> String {
        let units = areOld ? oldUnits[units] ?? units : units
        if units == "%" { return "_percent" }
        return units.hasSuffix("/s") ? "_\(cleaned(units.dropLast(2)))_persec" : "_\(cleaned(units))"
    }

    private static let oldUnits = [
        "KiB/s": "kilobytes/s", "MiB/s": "MB/s", "GiB/s": "GB/s", "KiB": "KB", "MiB": "MB", "GiB": "GB",
        "inodes": "Inodes", "percentage": "percent", "faults/s": "page faults/s",
        "KiB/operation": "kilobytes per operation", "milliseconds/operation": "ms per operation",
    ]

    /// The inside of a label's value, as the lines of a scrape have it: one line, whatever a peer calls itself.
    public static func escaped(_ text: String) -> String {
        guard text.utf8.contains(where: { $0 == 0x22 || $0 == 0x5c || $0 < 0x20 }) else { return text }
        var escaped = ""
        for character in text.unicodeScalars {
            switch character {
            case "\"", "\\":
                escaped.append("\\")
                escaped.unicodeScalars.append(character)
            case "\n": escaped += "\\n"
            case _ where character.value < 0x20: escaped.append(" ")
            default: escaped.unicodeScalars.append(character)
            }
        }
        return escaped
    }
}
