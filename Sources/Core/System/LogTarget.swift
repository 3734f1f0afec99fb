/// Where a log goes, as `[logs]` says it (streaming protocol §15.4).
public enum LogTarget: Sendable, Equatable {
    /// `none` and `/dev/null`.
    case none
    case file(String)
    /// `stderr` and `stdout`: for whoever runs it by hand.
    case descriptor(Int32)
    /// `syslog`.
    case system

    /// - Parameter setting: a word, an absolute path, or a name within `directory`.
    public init(_ setting: String, directory: String) {
        switch setting {
        case "none", "/dev/null", "": self = .none
        case "stderr", "system": self = .descriptor(2)
        case "stdout": self = .descriptor(1)
        case "syslog": self = .system
        default: self = .file(setting.hasPrefix("/") ? setting : directory + "/" + setting)
        }
    }
}
