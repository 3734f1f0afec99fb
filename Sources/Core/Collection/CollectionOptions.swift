public import Config

/// When a chart is shown.
enum Appearance: Sendable {
    case never
    /// Once one of its values is not zero (collectors §5, "auto").
    case whenNonZero
    case always
}

/// What the collectors are told from outside.
public struct CollectionOptions: Sendable {
    let settings: Settings
    /// What stands before `/proc` and `/sys`: empty on a real machine.
    public var root: String
    /// Seconds between two rounds.
    public var updateEvery: Int
    /// `[db] enable zero metrics`: "auto" charts appear at once.
    public var showsZeros: Bool

    public init(settings: Settings, root: String = "", updateEvery: Int = 1) {
        self.settings = settings
        self.root = root
        self.updateEvery = max(1, updateEvery)
        showsZeros = settings.boolean("db", "enable zero metrics", default: false)
    }

    /// Whether a module of a plugin is wanted.
    func isEnabled(_ section: String, _ name: String, default fallback: Bool = true) -> Bool {
        settings.boolean(section, name, default: fallback)
    }

    /// What an option of the kind `yes|no|auto` says, with zero metrics counted in.
    func appearance(_ section: String, _ name: String, default fallback: Appearance = .whenNonZero) -> Appearance {
        let text: String
        switch fallback {
        case .never: text = "no"
        case .whenNonZero: text = "auto"
        case .always: text = "yes"
        }
        switch settings.text(section, name, default: text) {
        case "auto", "on demand": return showsZeros ? .always : .whenNonZero
        case "yes", "true", "on", "1": return .always
        default: return .never
        }
    }

    /// A file of /proc or /sys under the root.
    func file(_ path: String, isOnePiece: Bool = false) -> ProcFile { ProcFile(root + path, isOnePiece: isOnePiece) }
}
