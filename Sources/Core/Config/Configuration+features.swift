import Basics
import Diagnostics

/// What the files may ask for and this version cannot do: said, and what happens instead.
extension Configuration {
    func checkFeatures() -> [Finding] { checkModes() + checkQuietFeatures() }

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
        for peer in peers {
            note(peer.health?.map { $0 != .no }, "Health", "no alarm is evaluated")
        }
        return findings
    }
}

extension DatabaseMode {
    /// Whether this version keeps it as it is meant.
    fileprivate var isInMemory: Bool { self == .none || self == .ram || self == .alloc }
}
