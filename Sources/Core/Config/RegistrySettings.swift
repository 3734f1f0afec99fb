/// `[registry]`: what this node remembers of people and the dashboards they visit (web API §10).
public struct RegistrySettings: Sendable, Equatable {
    public var isEnabled: Bool
    /// The URL of the registry that dashboards of this node use.
    public var announced: String
    public var databaseFile: String
    public var logFile: String
    /// Entries of the log after which everything is written anew.
    public var saveEveryEntries: Int
    /// Seconds without a visit after which a person is forgotten; their cookie lasts as long.
    public var idleSeconds: Int64
    /// Of cookies; empty for none.
    public var domain: String
    public var verifiesCookies: Bool
    public var securesCookies: Bool
    /// Bytes.
    public var longestURL: Int
    /// Bytes.
    public var longestName: Int

    public init(_ settings: Settings) {
        // There cannot be a registry without an API.
        isEnabled = settings.boolean("registry", "enabled") && settings.word("web", "mode") != "none"
        announced = settings.text("registry", "registry to announce")
        databaseFile = settings.text("registry", "registry db file")
        logFile = settings.text("registry", "registry log file")
        saveEveryEntries = settings.integer("registry", "registry save db every new entries")
        idleSeconds = Int64(settings.integer("registry", "registry expire idle persons days")) * 86_400
        domain = settings.text("registry", "registry domain")
        verifiesCookies = settings.boolean("registry", "verify browser cookies support")
        securesCookies = settings.boolean("registry", "enable cookies SameSite and Secure")
        longestURL = settings.integer("registry", "max URL length")
        longestName = settings.integer("registry", "max URL name length")
    }
}
