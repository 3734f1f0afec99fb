/// What is in the files that describe a machine. Pure: text in, values out.
extension HostInformation {
    /// `/etc/os-release`: shell assignments, values in quotes or not.
    static func operatingSystem(osRelease text: String, path: String) -> OperatingSystem {
        var system = OperatingSystem()
        system.detection = path
        for line in text.split(whereSeparator: \.isNewline) {
            guard let equals = line.firstIndex(of: "="), line.first != "#" else { continue }
            let value = unquoted(line[line.index(after: equals)...])
            guard !value.isEmpty else { continue }
            switch line[..<equals] {
            case "NAME": system.name = value
            case "ID": system.id = value
            case "ID_LIKE": system.idLike = value
            case "VERSION": system.version = value
            case "VERSION_ID": system.versionID = value
            default: break
            }
        }
        return system
    }

    /// A shell word: outer quotes go, a backslash takes the next character literally.
    private static func unquoted(_ word: Substring) -> String {
        var word = word
        while word.last == " " || word.last == "\t" { word.removeLast() }
        if let quote = word.first, quote == "\"" || quote == "'", word.count > 1, word.last == quote {
            word = word.dropFirst().dropLast()
        }
        var result = ""
        var escaped = false
        for character in word {
            if character == "\\", !escaped {
                escaped = true
            } else {
                result.append(character)
                escaped = false
            }
        }
        return result
    }

    /// `MemTotal` of `/proc/meminfo` in bytes.
    static func memory(meminfo text: String) -> String? {
        for line in text.split(separator: "\n") where line.hasPrefix("MemTotal:") {
            let digits = line.dropFirst("MemTotal:".count).split(separator: " ").first ?? ""
            guard let kibibytes = Int64(digits) else { return nil }
            let (bytes, overflow) = kibibytes.multipliedReportingOverflow(by: 1024)
            return overflow ? nil : "\(bytes)"
        }
        return nil
    }

    /// The first processor's whole MHz of `/proc/cpuinfo`, in Hz.
    static func frequency(cpuinfo text: String) -> String? {
        for line in text.split(separator: "\n") where line.hasPrefix("cpu MHz") {
            guard let colon = line.firstIndex(of: ":") else { continue }
            let digits = line[line.index(after: colon)...].drop { $0 == " " }.prefix { $0.isASCII && $0.isNumber }
            if let megahertz = Int64(digits), megahertz > 0, megahertz < 1_000_000 { return "\(megahertz * 1_000_000)" }
        }
        return nil
    }

    /// What `/proc/cpuinfo` says of the first processor under a name such as `vendor_id`.
    static func field(_ name: String, cpuinfo text: String) -> String? {
        for line in text.split(separator: "\n") {
            guard let colon = line.firstIndex(of: ":"), trimmed(String(line[..<colon])) == name else { continue }
            let value = trimmed(String(line[line.index(after: colon)...]))
            return value.isEmpty ? nil : String(value)
        }
        return nil
    }

    /// `cpufreq/cpuinfo_max_freq` (kHz) in Hz.
    static func frequency(maximumKilohertz text: String) -> String? {
        guard let kilohertz = Int64(trimmed(text)), kilohertz > 0, kilohertz < 1_000_000_000 else { return nil }
        return "\(kilohertz * 1000)"
    }

    /// How many processors a list like `0-3,8` has.
    static func processors(list text: String) -> Int? {
        var count = 0
        for part in trimmed(text).split(separator: ",") {
            let ends = part.split(separator: "-", maxSplits: 1).compactMap { Int($0) }
            guard let first = ends.first, let last = ends.last, first >= 0, last >= first, last < 1 << 20 else {
                return nil
            }
            count += last - first + 1
        }
        return count > 0 ? count : nil
    }

    /// Bytes of a disk whose `/sys/block/NAME/size` says so many sectors of 512 bytes.
    static func bytes(sectors text: String) -> Int64 {
        guard let sectors = Int64(trimmed(text)), sectors > 0 else { return 0 }
        let (bytes, overflow) = sectors.multipliedReportingOverflow(by: 512)
        return overflow ? 0 : bytes
    }

    /// What follows `zoneinfo/` in the target of `/etc/localtime`.
    static func timezone(localtimeTarget text: String) -> String? {
        guard let range = text.ranges(of: "zoneinfo/").last else { return nil }
        var name = text[range.upperBound...]
        for tree in ["posix/", "right/"] where name.hasPrefix(tree) { name = name.dropFirst(tree.count) }
        return name.isEmpty ? nil : String(name)
    }

    static func trimmed(_ text: String) -> Substring {
        var text = text[...]
        while let last = text.last, last.isWhitespace { text.removeLast() }
        return text.drop { $0.isWhitespace }
    }
}
