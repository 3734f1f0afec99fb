/// Every value that somebody has set, in layers, with where each comes from; and the defaults of the table beneath them.
///
/// The order is built-in < preset < files < environment < options. Names are the table's: what a file calls
/// `[global] memory mode` is `[db] mode` here.
public struct Settings: Sendable {
    /// What was set, by section and name.
    private(set) var values: [String: [String: Sourced<String>]] = [:]
    /// The sections of netdata.conf that have no table, and those of GUIDs, in the order in which they were seen.
    public private(set) var sections: [String] = []
    /// What netdata.conf says under names that nobody reads, by section and name.
    public internal(set) var unused: [String: [String: String]] = [:]
    /// The sections that are named by GUIDs.
    var peers = Peers()
    /// What `{config}`, `{hostname}` and the like stand for in defaults.
    var placeholders: [String: String] = [:]

    /// Only defaults.
    public init() {}

    /// Values by section and name, under the table's names: what a test needs.
    public init(_ values: [String: [String: String]]) {
        for (section, options) in values {
            for (name, value) in options { set(section, name, value, .builtIn) }
        }
    }

    /// Takes a value away, so that what is beneath all layers counts.
    mutating func remove(_ section: String, _ name: String) { values[section]?[name] = nil }

    /// Sets a value, over whatever was set before.
    mutating func set(_ section: String, _ name: String, _ value: String, _ origin: Origin) {
        if values[section] == nil { sections.append(section) }
        values[section, default: [:]][name] = Sourced(value, origin)
    }

    /// A value somebody has set; `nil` where nobody has.
    public func explicit(_ section: String, _ name: String) -> Sourced<String>? { values[section]?[name] }

    /// The names that are set in a section, sorted.
    public func names(in section: String) -> [String] { (values[section] ?? [:]).keys.sorted() }

    /// The effective value of an option of the table; `nil` where it has neither value nor default.
    public func value(_ section: String, _ name: String) -> Sourced<String>? {
        let explicit = explicit(section, name)
        guard let option = Option.named(section, name) else { return explicit }
        if let explicit, !explicit.value.isEmpty || !option.isNeverEmpty { return explicit }
        return fallback(of: option)
    }

    /// What counts where nobody has set an option.
    func fallback(of option: Option) -> Sourced<String>? {
        switch option.defaultValue {
        case .text(let text): return Sourced(filled(text), .builtIn)
        case .option(let other):
            guard let option = Option.named(other.section, other.name) else { return nil }
            return value(other.section, other.name)?.map { canonicalText($0, as: option) }
        case .part(let other, let divisor):
            guard let whole = Option.named(other.section, other.name) else { return nil }
            return value(other.section, other.name)?.map { text in
                canonicalText(String(Reading(text, of: whole, in: self).number / divisor), as: option)
            }
        case .none: return nil
        }
    }

    /// Where the effective value comes from.
    public func origin(_ section: String, _ name: String) -> Origin { value(section, name)?.origin ?? .builtIn }

    /// A text as it counts: numbers within their range and without units, switches as yes and no, and the default
    /// instead of a word that is none.
    func canonicalText(_ text: String, as option: Option) -> String {
        switch option.kind {
        case .boolean: Values.boolean(text) ? "yes" : "no"
        case .triState: Values.health(text)?.rawValue ?? Reading(text, of: option, in: self).word
        case .integer, .entries, .seconds, .bytes, .megabytes: String(Reading(text, of: option, in: self).number)
        case .mode: Values.mode(text).rawValue
        case .words, .port: Reading(text, of: option, in: self).word
        case .text, .path, .paths, .pattern, .access, .log, .destinations, .addresses, .guid: text
        }
    }

    /// A default with the directories and the host's name in it. What stands in braces and is no placeholder stays.
    private func filled(_ text: String) -> String {
        guard text.contains("{") else { return text }
        var result = text
        for (name, value) in placeholders {
            while let range = range(of: "{\(name)}", in: result) { result.replaceSubrange(range, with: value) }
        }
        return result
    }

    private func range(of part: String, in text: String) -> Range<String.Index>? {
        var start = text.startIndex
        while start < text.endIndex {
            if text[start...].hasPrefix(part) { return start..<text.index(start, offsetBy: part.count) }
            start = text.index(after: start)
        }
        return nil
    }
}

// MARK: Typed

extension Settings {
    /// The text of an option; empty where it is not set and has no default.
    public func text(_ section: String, _ name: String) -> String { value(section, name)?.value ?? "" }

    public func boolean(_ section: String, _ name: String) -> Bool { Values.boolean(text(section, name)) }

    /// The number of an option of the table, within its range; `nil` where it is not set and has no default.
    public func number(_ section: String, _ name: String) -> Int? {
        guard let value = value(section, name) else { return nil }
        return Option.named(section, name).map { Int(Reading(value.value, of: $0, in: self).number) }
    }

    /// The same for an option that has a default.
    func integer(_ section: String, _ name: String) -> Int { number(section, name) ?? 0 }

    /// The value of an option that is one of a few words, or a port; the default where it is another.
    func word(_ section: String, _ name: String) -> String {
        let text = text(section, name)
        return Option.named(section, name).map { Reading(text, of: $0, in: self).word } ?? text
    }

    func mode(_ section: String, _ name: String) -> DatabaseMode { Values.mode(text(section, name)) }

    func access(_ section: String, _ name: String) -> AccessList {
        AccessList(text(section, name), names: names(comparedBy: name, in: section))
    }

    /// What the option beside a list, `allow … by dns` beside `allow … from`, says of names.
    func names(comparedBy list: String, in section: String) -> AccessList.Names {
        guard list.hasSuffix("from") else { return .ignored }
        let option = list.dropLast(4) + "by dns"
        guard Option.named(section, String(option)) != nil else { return .ignored }
        return AccessList.Names(rawValue: word(section, String(option))) ?? .ignored
    }
}

// MARK: Any section, for collectors and plugins

extension Settings {
    /// The text of any option, of a section and with a name that need not be in the table.
    ///
    ///     settings.boolean("plugin:proc:/proc/stat", "per cpu core utilization", default: true)
    public func text(_ section: String, _ name: String, default defaultValue: String) -> String {
        explicit(section, name)?.value ?? defaultValue
    }

    public func boolean(_ section: String, _ name: String, default defaultValue: Bool) -> Bool {
        explicit(section, name).map { Values.boolean($0.value) } ?? defaultValue
    }

    public func integer(_ section: String, _ name: String, default defaultValue: Int) -> Int {
        explicit(section, name).map { Int(Values.integer($0.value)) } ?? defaultValue
    }

    /// Seconds, or a duration such as `5m`.
    public func seconds(_ section: String, _ name: String, default defaultValue: Int) -> Int {
        explicit(section, name).map { Int(Values.seconds($0.value) ?? Values.integer($0.value)) } ?? defaultValue
    }

    /// `yes`, `no` or `auto`, as collectors' charts have it; anything else is the default.
    public func triState(_ section: String, _ name: String, default defaultValue: TriState) -> TriState {
        explicit(section, name).flatMap { Values.health($0.value) } ?? defaultValue
    }
}
