import Basics
import Diagnostics

extension Settings {
    /// What is wrong with each value that somebody has set.
    func checkValues(_ peers: [PeerSection], _ limits: ConfigLimits) -> [Finding] {
        var findings = LimitedFindings(limit: limits.findingsPerFile)
        let templates = Dictionary(uniqueKeysWithValues: peers.map { ($0.guid.description, $0.isKeyed) })
        for section in sections {
            let template = templates[section].map { $0 ? "API_KEY" : "MACHINE_GUID" } ?? section
            for name in names(in: section) {
                guard let value = explicit(section, name), let option = Option.named(template, name) else { continue }
                findings.add(check(value, as: option))
            }
        }
        return findings.closed(at: .builtIn)
    }

    private func check(_ value: Sourced<String>, as option: Option) -> [Finding] {
        let reading = Reading(value.value, of: option, in: self)
        var findings = reading.oddities.map { Finding($0.condition, at: value.origin, $0.values) }
        if option.kind == .access {
            let names = names(comparedBy: option.name, in: option.section)
            findings += checkAccess(value, as: option, names)
        }
        return findings
    }

    private func checkAccess(
        _ value: Sourced<String>,
        as option: Option,
        _ names: AccessList.Names
    ) -> [Finding] {
        let words = value.value.split(whereSeparator: \.isWhitespace).map(String.init)
        var findings: [Finding] = []
        for word in words {
            var values = ["word": quoted(word), "name": option.name]
            let address = word.hasPrefix("!") ? String(word.dropFirst()) : word
            if ["127.0.0.1", "::1"].contains(Network.canonical(address[...])) {
                values["word"] = address
                findings.append(Finding(.configAllowsLoopbackAddress, at: value.origin, values))
            } else if names == .ignored || !AccessList.isForNames(address), let reason = Self.unmatchable(address) {
                values["reason"] = reason
                findings.append(Finding(.configAllowsUnmatchable, at: value.origin, values))
            }
        }
        if !words.isEmpty, words.allSatisfy({ $0.hasPrefix("!") }) {
            let values = ["value": quoted(value.value), "name": option.name]
            findings.append(Finding(.configAllowsNobody, at: value.origin, values))
        }
        return findings
    }

    /// Why no address can look like a word of a list.
    private static func unmatchable(_ word: String) -> String? {
        if word == "localhost" || word == "UNKNOWN" || Network.canonical(word[...]) != nil { return nil }
        do throws(Network.Fault) {
            if try Network.parse(word[...]) != nil { return nil }
        } catch {
            switch error {
            case .address: return "before the slash of a network stands an address, as in 10.0.0.0/8 or 2001:db8::/32"
            case .length(let most): return "behind the slash of this network stands a number from 0 to \(most)"
            }
        }
        if word.contains(",") { return "words have blanks between them, no commas" }
        if word.lowercased().hasPrefix("::ffff:") { return "IPv4 addresses are written without ::ffff:" }
        if word.hasPrefix("[") { return "addresses are written without brackets" }
        let letters = word.unicodeScalars.filter { !"0123456789abcdef:.%*?\\".unicodeScalars.contains($0) }
        if word.contains(":"), word.contains(where: \.isUppercase) {
            return "IPv6 addresses are written in small letters"
        }
        if !letters.isEmpty, !word.contains(":"), !word.contains("%") {
            return "only addresses are compared, names are not looked up"
        }
        return nil
    }
}

extension PeerSection {
    /// Whether it is read under the names of keys.
    var isKeyed: Bool { kind != .machine }
}
