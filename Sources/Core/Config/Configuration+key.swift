public import Basics
import Diagnostics

// What there is to say of one API key, by itself and on this machine.

extension Configuration {
    /// - Parameters:
    ///   - text: as somebody has it.
    ///   - machines: GUIDs of this machine, each with the file that holds it.
    public func findings(key text: String, machines: [(guid: GUID, file: String)]) -> [Finding] {
        let origin = Origin.option("--check")
        guard let key = GUID(text) else {
            let values = ["value": quoted(text), "reason": Self.whyNoGUID(text)]
            return [Finding(.keyUnreadable, at: origin, values)]
        }
        var findings: [Finding] = []
        if let reason = Self.whyGuessable(key) {
            findings.append(Finding(.keyGuessable, at: origin, ["key": key.description, "reason": reason]))
        } else if let (kind, reason) = Self.whyNotRandom(key) {
            let values = ["key": key.description, "kind": kind, "reason": reason]
            findings.append(Finding(.keyNotRandom, at: origin, values))
        }
        for machine in machines where machine.guid == key {
            let values = ["section": key.description, "where": "it is this machine's own"]
            findings.append(Finding(.configKeyIsMachine, at: .file(path: machine.file, line: 0), values))
        }
        return findings + uses(of: key)
    }

    private func uses(of key: GUID) -> [Finding] {
        var findings: [Finding] = []
        func add(_ use: String, _ origin: Origin) {
            findings.append(Finding(.keyInUse, at: origin, ["key": key.description, "use": use]))
        }
        if stream.apiKey == key {
            add("[stream] api key, with which this node streams", settings.origin("stream", "api key"))
        }
        for section in peers {
            if let proxy = section.proxyKey, GUID(proxy.value) == key {
                add("the key with which [\(section.guid)] is passed on", proxy.origin)
            }
            guard section.guid == key else { continue }
            if section.isKey(known: false) {
                add("an API key of this parent's children", section.origin)
                if section.isEnabled?.value != true {
                    findings.append(Finding(.keySwitchedOff, at: section.origin, ["key": key.description]))
                }
            } else {
                let values = ["section": key.description, "where": "its section has type = \(section.kind.word)"]
                findings.append(Finding(.configKeyIsMachine, at: section.origin, values))
            }
        }
        if !findings.isEmpty { return findings }
        if let near = nearestKey(to: key.description) {
            let count = near.distance == 1 ? "1 character differs" : "\(near.distance) characters differ"
            return [Finding(.keyNearAnother, at: near.origin, ["key": key.description, "difference": count])]
        }
        let known = files.isEmpty ? "there is none" : files.joined(separator: ", ")
        return [Finding(.keyNowhere, at: .option("--check"), ["key": key.description, "files": known])]
    }
}

// MARK: A key by itself

extension Configuration {
    private static func whyNoGUID(_ text: String) -> String {
        if text.isEmpty { return "it is empty" }
        if isPlaceholder(text) { return "it stands for a key and has not been replaced" }
        let inner = text.trimmingPrefix("urn:uuid:").filter { !"{}[]\"' \t".contains($0) }
        let digits = inner.filter { $0 != "-" }
        if inner != text, GUID(inner) != nil { return "write it without anything around it: \(inner)" }
        if digits.utf8.count == 32, digits.utf8.allSatisfy({ hexadecimalDigit($0) != nil }) {
            return "its dashes are missing or elsewhere than between its 8-4-4-4-12 digits"
        }
        if let wrong = inner.first(where: { !$0.isASCII || !($0.isHexDigit || $0 == "-") }) {
            return "it has '\(quoted(String(wrong)))', which is no hexadecimal digit"
        }
        return "it has \(digits.count) hexadecimal digits, and a key has 32"
    }

    /// Keys that come to everybody's mind.
    private static func whyGuessable(_ key: GUID) -> String? {
        if key == exampleKey { return "it is the example of Netdata's documentation" }
        if MachineIdentity.banned.contains(key) { return "it came with packages, as the GUID of a machine" }
        let groups = key.description.split(separator: "-")
        let digits = Array(groups.joined().utf8)
        if digits.allSatisfy({ $0 == UInt8(ascii: "0") }) { return "all its digits are 0" }
        if Set(digits).count == 1 { return "all its digits are the same" }
        if groups.allSatisfy({ Set($0.utf8).count == 1 }) { return "each of its groups is one digit, repeated" }
        // 12345678-1234-…, 01234567-89ab-…: each group counts on from its own beginning or from the group before.
        let counts = groups.allSatisfy { group in zip(group.utf8, group.utf8.dropFirst()).allSatisfy(follows) }
        return counts ? "its digits only count" : nil
    }

    /// Whether a hexadecimal digit comes after another, 0 after 9 and after f too.
    private static func follows(_ first: UInt8, _ second: UInt8) -> Bool {
        guard let first = hexadecimalDigit(first), let second = hexadecimalDigit(second) else { return false }
        return second == (first + 1) % 16 || first == 9 && second == 0
    }

    /// RFC 9562 §4.1 and §4.2.
    private static func whyNotRandom(_ key: GUID) -> (kind: String, reason: String)? {
        let text = Array(key.description)
        guard "89ab".contains(text[19]) else { return ("no known kind", "its other bits do not say how it was made") }
        switch text[14] {
        case "4": return nil
        case "1", "6": return ("version \(text[14])", "it tells when and on which machine it was made")
        case "2": return ("version 2", "it tells on which machine it was made and by whom")
        case "3", "5":
            return ("version \(text[14])", "it was made of a name, and whoever knows the name can make it again")
        case "7": return ("version 7", "it tells when it was made, the rest is random")
        default: return ("version \(text[14])", "nobody but its maker knows how it was made")
        }
    }
}
