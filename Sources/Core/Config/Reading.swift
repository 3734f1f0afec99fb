import Basics
import Diagnostics

/// What a text means as the value of an option, and what is odd about it: one place for both, so that a finding never
/// says anything else than what happens.
struct Reading {
    /// The value as a number, within the range; 0 for what is none.
    private(set) var number: Int64 = 0
    /// A condition and its values, for each thing that is not as it should be.
    private(set) var oddities: [(condition: Condition, values: [String: String])] = []

    private var replacement: String?
    private let text: String
    private let option: Option

    /// - Parameter settings: for defaults that are other options' values.
    init(_ text: String, of option: Option, in settings: Settings) {
        self.text = text
        self.option = option
        switch option.kind {
        case .boolean: readBoolean()
        case .triState: readTriState(settings)
        case .integer(let range): readNumber(Values.integer, range, settings)
        case .entries(let range), .seconds(let range): readNumber(Values.seconds, range, settings)
        case .bytes(let range): readNumber(Values.bytes, range, settings)
        case .megabytes(let range): readNumber(Values.megabytes, range, settings)
        case .mode: readMode()
        case .words(let words): readWord(words, settings)
        case .port: readPort(settings)
        case .guid: readGUID()
        case .text, .path, .paths, .pattern, .access, .log, .destinations, .addresses: break
        }
    }

    /// The text that counts: the default where this one is none of the words, or no port.
    var word: String { replacement ?? text }

    private mutating func readBoolean() {
        if Values.boolean(text) || Values.falseWords.contains(text.lowercased()) { return }
        find(.configNoBoolean)
    }

    private mutating func readTriState(_ settings: Settings) {
        guard Values.health(text) == nil else { return }
        replacement = defaultText(settings)
        find(.configNoTriState, ["used": defaultText(settings)])
    }

    private mutating func readMode() {
        guard DatabaseMode(rawValue: text) == nil else { return }
        find(.configInvalidMemoryMode, ["used": Values.mode(text).rawValue])
    }

    private mutating func readWord(_ words: [String], _ settings: Settings) {
        // Where there is nothing to fall back to, whoever reads the option says what is wrong with it.
        guard !words.contains(text), option.defaultValue != .none else { return }
        replacement = defaultText(settings)
        find(.configUnknownWord, ["used": defaultText(settings)])
    }

    private mutating func readPort(_ settings: Settings) {
        guard text.isEmpty || !HostAndPort.isPort(text) else { return }
        replacement = defaultText(settings)
        find(.configUnknownWord, ["used": defaultText(settings)])
    }

    /// No key at all is no oddity of the key.
    private mutating func readGUID() {
        guard !text.isEmpty, GUID(text) == nil else { return }
        find(isPlaceholder(text) ? .configPlaceholder : .configNoGUID)
    }

    /// `read` knows units; what it can't read is what C makes of the digits in front.
    private mutating func readNumber(
        _ read: (String) -> Int64?,
        _ range: ClosedRange<Int64>,
        _ settings: Settings
    ) {
        let rest = Values.afterDigits(text)
        let isPlain = rest?.allSatisfy(\.isWhitespace) == true
        var value = Values.integer(text)
        var complaint: Condition?
        if case .integer = option.kind {
            complaint = rest == nil ? .configNoNumber : isPlain ? nil : .configTextAfterNumber
        } else if let known = read(text) {
            value = known
        } else {
            complaint = rest == nil ? .configNoNumber : .configTextAfterNumber
        }
        if complaint == .configNoNumber, let number = read(defaultText(settings)) { value = number }
        number = min(max(value, range.lowerBound), range.upperBound)
        let used = String(number)
        if let complaint {
            find(complaint, ["used": used, "text": rest.map(trimmed) ?? ""])
        } else if number != value {
            find(.configOutOfRange, ["used": used])
        } else if isPlain, isOctal {
            find(.configOctal, ["used": used])
        }
    }

    private var isOctal: Bool {
        let digits = trimmed(text)
        return digits.hasPrefix("0") && digits.count > 1 && digits.dropFirst().first?.isNumber == true
    }

    private func defaultText(_ settings: Settings) -> String {
        switch option.defaultValue {
        case .text(let text): text
        case .option, .part: settings.fallback(of: option)?.value ?? ""
        case .none: ""
        }
    }

    private mutating func find(_ condition: Condition, _ values: [String: String] = [:]) {
        var values = values
        values["value"] = quoted(text)
        values["name"] = option.name
        values["accepted"] = option.kind.accepted
        oddities.append((condition, values))
    }
}
