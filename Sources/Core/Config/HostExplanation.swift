public import Basics

/// What counts for one machine that streams to this node, and which line of which file decided each of it: what
/// `--print-config --host` prints.
///
/// The order is the machine's own section, its key's, then `[stream]`, `[db]` and the like (streaming protocol §15.3).
public struct HostExplanation: Sendable, Equatable {
    /// One setting.
    public struct Setting: Sendable, Equatable {
        public var name: String
        public var value: String
        public var origin: Origin
        /// The section that decided, `[API_KEY]`, `[MACHINE_GUID]`, `[db]`; `nil` where nothing did.
        public var section: String?
        /// Why it is so, where the line alone does not say it.
        public var note: String?
    }

    /// The machine with one of the keys it may come with.
    public struct Case: Sendable, Equatable {
        public var key: GUID
        /// Why a request would be refused; `nil` where it would be accepted.
        public var refusal: String?
        public var settings: [Setting]
    }

    public let machine: GUID
    /// One for each key: the one that was asked for, else all that are enabled.
    public let cases: [Case]

    init(machine: GUID, key: GUID?, configuration: Configuration) {
        self.machine = machine
        let enabled = configuration.peers.filter { $0.isKey(known: false) && $0.isEnabled?.value == true }.map(\.guid)
        cases = (key.map { [$0] } ?? enabled).map { key in
            let explainer = Explainer(machine: machine, key: key, configuration: configuration)
            return Case(key: key, refusal: explainer.refusal, settings: explainer.settings)
        }
    }
}

extension Configuration {
    /// - Parameter key: the key the machine comes with; without it each enabled one is shown.
    public func explanation(machine: GUID, key: GUID? = nil) -> HostExplanation {
        HostExplanation(machine: machine, key: key, configuration: self)
    }
}

/// Looks each setting up as the receiver does, and keeps where it was found.
private struct Explainer {
    typealias Setting = HostExplanation.Setting

    let configuration: Configuration
    let keyAccess: PeerAccess
    let machineAccess: PeerAccess
    private let key: PeerSection?
    private let machine: PeerSection?
    private let keyGUID: GUID

    init(machine: GUID, key: GUID, configuration: Configuration) {
        self.configuration = configuration
        keyGUID = key
        keyAccess = configuration.access(key: key)
        machineAccess = configuration.access(machine: machine)
        self.key = configuration.peers.first { $0.guid == key }
        self.machine = configuration.peers.first { $0.guid == machine && $0.isMachine }
    }

    // MARK: Whether it may come

    var refusal: String? {
        if !configuration.web.isEnabled { return "[web] mode = none: nobody can connect" }
        if !keyAccess.isKnown { return "there is no section of this key" }
        if keyAccess.type != "api" { return "this section is no key's: type = \(keyAccess.type)" }
        if !keyAccess.isEnabled { return "the key is not enabled" }
        if machineAccess.type != "machine" { return "the section of this GUID is a key's, which no machine can be" }
        if !machineAccess.isEnabled { return "the machine is disabled" }
        return nil
    }

    private var access: [Setting] {
        let web = configuration.settings.value("web", "allow streaming from")
        return [
            Setting(name: "key", value: keyGUID.description, origin: key?.origin ?? .builtIn, section: "[API_KEY]"),
            setting("key enabled", yesNo(keyAccess.isEnabled), keyAccess.enabledBy, key?.isEnabled, "[API_KEY]"),
            setting("key allow from", keyAccess.allowFrom, keyAccess.allowFromBy, key?.allowFrom, "[API_KEY]"),
            setting(
                "machine enabled",
                yesNo(machineAccess.isEnabled),
                machineAccess.enabledBy,
                machine?.isEnabled,
                "[MACHINE_GUID]"
            ),
            setting(
                "machine allow from",
                machineAccess.allowFrom,
                machineAccess.allowFromBy,
                machine?.allowFrom,
                "[MACHINE_GUID]"
            ),
            Setting(
                name: "allow streaming from",
                value: web?.value ?? "*",
                origin: web?.origin ?? .builtIn,
                section: web.flatMap { $0.origin == .builtIn ? nil : "[web]" }
            ),
        ]
    }

    /// What is said of access, or the default where a section says nothing of it.
    private func setting<Value>(
        _ name: String,
        _ value: some CustomStringConvertible,
        _ origin: Origin,
        _ said: Sourced<Value>?,
        _ section: String
    ) -> Setting {
        Setting(
            name: name,
            value: value.description,
            origin: said == nil ? .builtIn : origin,
            section: said == nil ? nil : section
        )
    }

    // MARK: Under which terms

    var settings: [Setting] {
        var settings = access
        for option in Option.all where option.section == "API_KEY" && !Self.explainedElsewhere.contains(option.name) {
            settings.append(found(option))
        }
        settings += Self.ofMachinesOnly.map { name in
            let said = machine?.kind == .machine ? said(machine, name, "MACHINE_GUID") : nil
            return said ?? Setting(name: name, value: "as the child says", origin: .builtIn)
        }
        return settings.map(corrected) + [compression]
    }

    private static let explainedElsewhere: Set<String> = ["type", "enabled", "allow from", "enable compression"]
    private static let ofMachinesOnly = ["update every", "host tags"]

    /// - Parameter option: of a key's section; a machine's has another name for the same.
    private func found(_ option: Option) -> Setting {
        let name = Option.partner(of: option.name, in: "MACHINE_GUID") ?? option.name
        let own =
            machine?.kind == .machine ? said(machine, name, "MACHINE_GUID") : said(machine, option.name, "API_KEY")
        if var setting = own {
            setting.name = name
            setting.section = "[MACHINE_GUID]"
            return setting
        }
        if var setting = said(key, option.name, "API_KEY") {
            setting.name = name
            setting.section = "[API_KEY]"
            return setting
        }
        let fallback = configuration.settings.fallback(of: option)
        var section: String?
        if case .option(let other) = option.defaultValue, fallback?.origin != .builtIn {
            section = "[\(other.section)]"
        }
        return Setting(name: name, value: fallback?.value ?? "", origin: fallback?.origin ?? .builtIn, section: section)
    }

    /// What a section says itself; a word that is none of the three is as if it weren't there.
    private func said(_ peer: PeerSection?, _ name: String, _ template: String) -> Setting? {
        guard let peer, let option = Option.named(template, name),
            let value = configuration.settings.explicit(peer.guid.description, name)
        else { return nil }
        if option.kind == .triState, Values.health(value.value) == nil { return nil }
        let text = configuration.settings.canonicalText(value.value, as: option)
        return Setting(name: name, value: text, origin: value.origin, section: "[\(template)]")
    }

    /// What one setting makes of another.
    private func corrected(_ setting: Setting) -> Setting {
        var setting = setting
        let effective = self.effective
        switch setting.name {
        case "health enabled" where effective.mode == .none && setting.value != "no":
            setting.note =
                "'\(setting.value)' is asked for; nothing is kept with memory mode none, so there is no health"
            setting.value = "no"
        case "proxy enabled" where effective.proxy.isEnabled && !effective.proxy.isActive:
            let missing = effective.proxy.destinations.isEmpty ? "destination" : "api key"
            setting.note = "but there is no \(missing), so nothing is streamed on"
        case "proxy api key" where GUID(setting.value) == nil && !setting.value.isEmpty:
            setting.note = "it is no GUID, so it counts as none"
        default: break
        }
        return setting
    }

    private var effective: ReceiverSettings {
        ReceiverSettings(
            machine: machine,
            key: configuration.peers.first { $0.guid == keyGUID },
            configuration: configuration
        )
    }

    /// The most specific section AND `[stream]` must want it (streaming protocol §6.1).
    private var compression: Setting {
        let stream = configuration.settings.value("stream", "enable compression") ?? Sourced("yes", .builtIn)
        let isOn = Values.boolean(stream.value)
        let side =
            said(machine, "enable compression", machine?.kind == .machine ? "MACHINE_GUID" : "API_KEY").map {
                ("[MACHINE_GUID]", $0)
            } ?? said(key, "enable compression", "API_KEY").map { ("[API_KEY]", $0) }
        var note = "[stream] says \(yesNo(isOn)) (\(stream.origin))"
        if let (section, setting) = side { note = "\(section) says \(setting.value) (\(setting.origin)) AND " + note }
        note += ", and the child must offer it"
        let decides: (section: String?, origin: Origin)
        switch effective.compressionOff {
        case .machine(let origin): decides = ("[MACHINE_GUID]", origin)
        case .key(let origin): decides = ("[API_KEY]", origin)
        case .everyone(let origin): decides = ("[stream]", origin)
        case nil: decides = side.map { ($0.0, $0.1.origin) } ?? ("[stream]", stream.origin)
        }
        return Setting(
            name: "compression",
            value: yesNo(effective.enableCompression),
            origin: decides.origin,
            section: decides.origin == .builtIn ? nil : decides.section,
            note: note
        )
    }

    private func yesNo(_ flag: Bool) -> String { flag ? "yes" : "no" }
}
