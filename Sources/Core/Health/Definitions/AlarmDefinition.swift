public import Basics

/// An `alarm` or `template` of a health.d file, before it meets a chart (health §2).
public struct AlarmDefinition: Sendable {
    public enum Kind: String, Sendable {
        /// For the chart whose id or name is ``on``.
        case alarm
        /// For every chart whose context is ``on``.
        case template
    }

    /// How long a notification waits for the status to settle (health §5.4).
    public struct Delay: Sendable, Equatable {
        public var up = 0
        public var down = 0
        public var multiplier = 1.0
        /// Seconds; `nil` where the file doesn't say.
        public var most: Int?

        public init() {}

        /// What the original takes where the file doesn't say.
        public var longest: Int { most ?? Int(max(-1e15, min(Double(max(up, down)) * multiplier, 1e15))) }
    }

    /// Seconds between two notifications of a status that stays; 0 is never.
    public struct Repetition: Sendable, Equatable {
        public var warning = 0
        public var critical = 0

        public init() {}
    }

    public var kind: Kind
    public var name: String
    /// The file as it was opened, and the line of `alarm:` or `template:`.
    public var file: String
    public var line: Int
    public var on = ""
    public var classification: String?
    public var type: String?
    public var component: String?
    // Patterns that must match, where they are given.
    public var os: SimplePattern?
    public var hosts: SimplePattern?
    public var hostLabels: String?
    public var plugin: SimplePattern?
    public var module: SimplePattern?
    public var charts: SimplePattern?
    public var families: SimplePattern?
    public var lookup: Lookup?
    public var calculation: CompiledExpression?
    public var warning: CompiledExpression?
    public var critical: CompiledExpression?
    /// Seconds between two evaluations.
    public var every = 0
    public var green: Double?
    public var red: Double?
    public var units: String?
    /// With its `$family` and `$label:NAME`.
    public var info: String?
    public var handler: String?
    public var recipient: String?
    public var delay = Delay()
    /// `nil` where the file doesn't say.
    public var repetition: Repetition?
    public var hasClearNotification = true
    /// Where each of its keys stands that counts.
    public var lines: [String: Int] = [:]

    init(_ kind: Kind, name: String, file: String, line: Int) {
        self.kind = kind
        self.name = name
        self.file = file
        self.line = line
    }
}
