/// How bad a condition is for whoever watches.
public enum Severity: String, Sendable, Comparable, CaseIterable {
    /// Something happened that belongs to a normal day.
    case info
    /// It works, but not as the operator probably wants.
    case warning
    /// Something that was asked for does not happen.
    case error

    public static func < (one: Severity, other: Severity) -> Bool {
        one.rank < other.rank
    }

    private var rank: Int {
        switch self {
        case .info: 0
        case .warning: 1
        case .error: 2
        }
    }
}

/// The level word of a line in error.log (streaming protocol §16.1).
public enum LogLevel: String, Sendable {
    case info = "INFO"
    case error = "ERROR"
}

/// One thing an operator may ever see: a log line, a refusal, a failure, a dropped point.
///
/// It exists once, in the ``Catalogue``; the node writes it, `tail` recognises and explains it, `top` shows it, and the
/// manual and the JSON carry it, all from here.
public struct Condition: Sendable, Equatable {
    /// Stable, never reused: `ND-` + a letter for the subject + a number.
    public let code: String
    public let severity: Severity
    public let level: LogLevel
    /// The exact log text with `{name}` where a value goes. ``render(_:)`` fills it in; `tail` matches against it.
    public let text: String
    /// The same condition in the words of other generations of the original, in the same notation.
    public let recognised: [String]
    /// What it means, in one plain sentence.
    public let sentence: String
    /// What usually leads to it, most likely first. Empty for a condition of a normal day.
    public let causes: [String]
    /// What to do about it: whole lines to copy where there are any. Empty for a condition of a normal day.
    public let fix: [String]

    public init(
        _ code: String,
        _ severity: Severity,
        level: LogLevel? = nil,
        _ text: String,
        recognised: [String] = [],
        sentence: String,
        causes: [String] = [],
        fix: [String] = []
    ) {
        self.code = code
        self.severity = severity
        self.level = level ?? (severity == .error ? .error : .info)
        self.text = text
        self.recognised = recognised
        self.sentence = sentence
        self.causes = causes
        self.fix = fix
    }

    public static func == (one: Condition, other: Condition) -> Bool { one.code == other.code }
}
