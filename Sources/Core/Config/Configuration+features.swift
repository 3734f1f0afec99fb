import Basics
import Diagnostics

/// What the files may ask for and this version cannot do: said, and what happens instead.
extension Configuration {
    /// What is asked for in nearly every file: worth a note, no warning.
    func checkFeatures() -> [Finding] {
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
