import Basics
import Diagnostics

/// A section of stream.conf that is named by a GUID: whose it is, told by its `type` or else by its options.
struct PeerDeclaration: Sendable {
    let guid: GUID
    /// The line of the section.
    let origin: Origin
    let kind: PeerSection.Kind
    private(set) var findings: [Finding] = []

    /// The table's section whose names it has.
    var template: String { kind == .machine ? "MACHINE_GUID" : "API_KEY" }

    /// A key that came from somewhere else than a file.
    init(key guid: GUID, origin: Origin) {
        self.guid = guid
        self.origin = origin
        kind = .key
    }

    /// - Parameter entries: all there are of this GUID, however often its section was opened.
    init(guid: GUID, origin: Origin, entries: [ConfigFile.Entry]) {
        self.guid = guid
        self.origin = origin
        let types = entries.filter { $0.name == "type" }
        let names = entries.map(\.name)
        let keyName = names.first { $0.hasPrefix("default ") || $0 == "health enabled by default" }
        let machineName = names.first { Self.isMachineName($0) }
        switch types.last?.value {
        case "api": kind = .key
        case "machine": kind = .machine
        case let other?: kind = .other(other)
        case nil: kind = keyName != nil ? .key : machineName != nil ? .machine : .undecided
        }
        if Set(types.map(\.value)).isSuperset(of: ["api", "machine"]) {
            find(.configKeyIsMachine, ["where": "its section says both"])
        }
        if case .other(let type) = kind { find(.configTypeUnknown, ["value": quoted(type)]) }
        if types.isEmpty, let name = keyName ?? machineName {
            find(.configTypeGuessed, ["read": kind == .machine ? "a machine's" : "an API key's", "name": name])
        }
        if kind == .key, !names.contains("enabled") { find(.configKeyNotEnabled) }
    }

    /// The names that only a machine's section has, in files without types.
    private static func isMachineName(_ name: String) -> Bool {
        ["history", "memory mode", "health enabled", "update every", "host tags"].contains(name)
            || name.hasPrefix("proxy ")
    }

    private mutating func find(_ condition: Condition, _ values: [String: String] = [:]) {
        var values = values
        values["section"] = guid.description
        findings.append(Finding(condition, at: origin, values))
    }
}
