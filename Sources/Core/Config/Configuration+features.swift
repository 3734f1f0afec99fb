import Basics
import Diagnostics

/// What the files may ask for and this version cannot do: said, and what happens instead.
extension Configuration {
    func checkFeatures() -> [Finding] { checkModes() + checkEncryption() + checkQuietFeatures() }

    // MARK: Databases on a disk

    private func checkModes() -> [Finding] {
        let own = settings.value("db", "mode")
        var findings: [Finding] = []
        if let own, !Values.mode(own.value).isInMemory {
            let values = ["value": Values.mode(own.value).rawValue, "name": "[db] mode"]
            let isAsked = own.origin != .builtIn && own.origin != .preset(role.rawValue)
            findings.append(Finding(isAsked ? .configModeOnDisk : .configDefaultModeOnDisk, at: own.origin, values))
        }
        for peer in peers {
            guard let mode = peer.mode, !mode.value.isInMemory else { continue }
            let name = "[\(peer.guid)] " + (peer.kind == .machine ? "memory mode" : "default memory mode")
            findings.append(Finding(.configModeOnDisk, at: mode.origin, ["value": mode.value.rawValue, "name": name]))
        }
        return findings
    }

    // MARK: TLS

    private func checkEncryption() -> [Finding] {
        var findings: [Finding] = []
        let bind = settings.origin("web", "bind to")
        for address in web.bindTo {
            switch address.encryption {
            case .force: findings.append(missing("TLS", "'\(address)' serves nobody", bind))
            case .optional: findings.append(missing("TLS", "everything at '\(address)' is plain", bind))
            case .standard: break
            }
        }
        return findings
    }

    // MARK: What is asked for in nearly every file: worth a note, no warning

    private func checkQuietFeatures() -> [Finding] {
        var findings: [Finding] = []
        func note(_ value: Sourced<Bool>?, _ feature: String, _ instead: String) {
            guard let value, value.value, value.origin != .builtIn else { return }
            let values = ["feature": feature, "instead": instead]
            findings.append(Finding(.configFeatureNoted, at: value.origin, values))
        }
        if database.mode != .none {
            note(settings.value("health", "enabled")?.map(Values.boolean), "Health", "no alarm is evaluated")
        }
        for name in ["ssl key", "ssl certificate"] {
            let isSet = settings.explicit("web", name)?.map { !$0.isEmpty }
            note(isSet, "TLS", "'\(name)' has no effect, connections are plain")
        }
        for peer in peers {
            note(peer.health?.map { $0 != .no }, "Health", "no alarm is evaluated")
        }
        return findings
    }

    private func missing(_ feature: String, _ instead: String, _ origin: Origin) -> Finding {
        Finding(.configFeatureMissing, at: origin, ["feature": feature, "instead": instead])
    }
}

extension DatabaseMode {
    /// Whether this version keeps it as it is meant.
    fileprivate var isInMemory: Bool { self == .none || self == .ram || self == .alloc }
}
