public import Basics

/// What differs between a configuration and the one that was read before it, and when that counts.
public struct ConfigurationChanges: Sendable, Equatable {
    /// `[web] bind to`, in the order of the files: what the node is built from.
    public private(set) var afterRestart: [String] = []
    /// `[…1d2e] allow from`, `[db] enable replication`: terms under which children are let in.
    public private(set) var fromNextConnection: [String] = []
    /// What counts at once.
    public private(set) var atOnce: [String] = []
    /// Whether the node's own stream has other options.
    public private(set) var concernsStream = false
    /// Keys that could be used before and cannot be used any more.
    public private(set) var disabledKeys: [GUID] = []

    /// How many names one line of the log lists.
    public static let namesPerLine = 12

    /// - Parameters:
    ///   - old: what is in force.
    ///   - new: what was read now.
    public init(from old: Configuration, to new: Configuration) {
        for option in Option.all where !option.isTemplate {
            let before = old.effective(option)
            guard before != new.effective(option) else { continue }
            note(option)
        }
        noteOthers(old, new)
        for guid in new.peers.map(\.guid) + old.peers.map(\.guid).filter({ !new.isDeclared($0) }) {
            notePeer(guid, old, new)
        }
    }

    /// The names as one line lists them.
    public static func line(_ names: [String]) -> String {
        let more = names.count - namesPerLine
        return names.prefix(namesPerLine).joined(separator: ", ") + (more > 0 ? " and \(more) more" : "")
    }

    private mutating func note(_ option: Option) {
        let name = "[\(option.section)] \(option.name)"
        if option.section == "stream" {
            concernsStream = true
            atOnce.append(name)
        } else if Self.countsAtOnce(option) {
            atOnce.append(name)
        } else if option.section == "db", Self.replicationNames.contains(option.name) {
            fromNextConnection.append(name)
        } else {
            afterRestart.append(name)
        }
    }

    /// Sections with any names: plugins, labels, collectors.
    private mutating func noteOthers(_ old: Configuration, _ new: Configuration) {
        var sections = old.settings.sections
        sections += new.settings.sections.filter { !sections.contains($0) }
        for section in sections where GUID(section) == nil {
            let names = Set(old.settings.names(in: section) + new.settings.names(in: section))
            for name in names.sorted() where Option.named(section, name) == nil {
                guard old.settings.explicit(section, name)?.value != new.settings.explicit(section, name)?.value else {
                    continue
                }
                afterRestart.append("[\(section)] \(name)")
            }
        }
    }

    private mutating func notePeer(_ guid: GUID, _ old: Configuration, _ new: Configuration) {
        let section = guid.description
        // Keys are secrets: logs and the status document know them by their last characters.
        let label = "[…\(section.suffix(4))]"
        if old.isDeclared(guid) != new.isDeclared(guid) {
            fromNextConnection.append(label + (new.isDeclared(guid) ? " (new)" : " (removed)"))
        } else {
            let names = Set(old.settings.names(in: section) + new.settings.names(in: section))
            for name in names.sorted()
            where old.settings.explicit(section, name)?.value != new.settings.explicit(section, name)?.value {
                fromNextConnection.append("\(label) \(name)")
            }
        }
        if old.mayBeUsed(guid), !new.mayBeUsed(guid) { disabledKeys.append(guid) }
    }

    private static func countsAtOnce(_ option: Option) -> Bool {
        switch option.section {
        case "logs": true
        case "web": webNames.contains(option.name) || option.name.hasPrefix("allow ") && option.name.hasSuffix(" from")
        case "registry": option.name == "allow from"
        case "db": option.name.hasPrefix("cleanup ")
        default: false
        }
    }

    private static let webNames: Set<String> = [
        "timeout for first request", "disconnect idle clients after seconds",
        "accept a streaming request every seconds", "x-frame-options response header", "ssl key",
        "ssl certificate", "tls version", "tls ciphers",
    ]

    private static let replicationNames: Set<String> = [
        "enable replication", "seconds to replicate", "seconds per replication step",
    ]
}

extension Configuration {
    fileprivate func effective(_ option: Option) -> String? {
        settings.value(option.section, option.name).map { settings.canonicalText($0.value, as: option) }
    }

    fileprivate func isDeclared(_ guid: GUID) -> Bool { settings.peers.declarations[guid] != nil }

    fileprivate func mayBeUsed(_ guid: GUID) -> Bool {
        let access = access(key: guid)
        return access.type == "api" && access.isEnabled
    }
}
