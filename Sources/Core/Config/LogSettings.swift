/// `[logs]`: where each log goes, and how much of it (streaming protocol §15.4).
public struct LogSettings: Sendable {
    public enum Target: Sendable, Equatable {
        /// Nowhere: `none`, `off`, `/dev/null`, nothing.
        case off
        case syslog
        case standardOutput
        case standardError
        case file(String)
    }

    public enum Format: String, Sendable {
        case netdata
        case json
        case logfmt
    }

    public enum Level: String, Sendable, CaseIterable {
        case debug
        case info
        case notice
        case warning
        case error
        case critical
        case alert
        case emergency
    }

    public var error: Target
    public var access: Target
    public var debug: Target
    public var health: Target
    public var facility: String
    /// Handed to plugins as it is.
    public var debugFlags: String
    /// Seconds; 0 is no protection.
    public var floodProtectionPeriod: Int
    public var floodProtectionLines: Int
    public var level: Level
    public var format: Format

    init(_ settings: Settings) {
        let directory = settings.text("directories", "log")
        error = Target(settings.text("logs", "error"), in: directory)
        access = Target(settings.text("logs", "access"), in: directory)
        debug = Target(settings.text("logs", "debug"), in: directory)
        health = Target(settings.text("logs", "health"), in: directory)
        facility = settings.text("logs", "facility")
        debugFlags = settings.text("logs", "debug flags")
        floodProtectionPeriod = settings.integer("logs", "errors flood protection period")
        floodProtectionLines = settings.integer("logs", "errors to trigger flood protection")
        level = Level(rawValue: settings.word("logs", "level")) ?? .info
        format = Format(rawValue: settings.word("logs", "format")) ?? .netdata
    }
}

extension LogSettings.Target {
    /// - Parameter directory: where a relative path begins.
    init(_ text: String, in directory: String) {
        switch text {
        case "", "none", "off", "/dev/null": self = .off
        case "syslog", "system": self = .syslog
        case "stdout": self = .standardOutput
        case "stderr": self = .standardError
        default: self = .file(text.hasPrefix("/") ? text : "\(directory)/\(text)")
        }
    }
}
