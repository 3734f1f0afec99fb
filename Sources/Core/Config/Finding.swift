public import Diagnostics

/// Something about the configuration that somebody should know, with the place where to look.
///
/// `--check` prints them, a starting node logs them (``condition`` and ``values`` make an event of it).
public struct Finding: Sendable, Equatable {
    public var condition: Condition
    public var values: [String: String]
    public var origin: Origin
    /// What to do in this very case; without it ``condition``'s first fix counts.
    var suggestion: String?

    public init(_ condition: Condition, at origin: Origin, _ values: [String: String] = [:], suggestion: String? = nil)
    {
        self.condition = condition
        self.values = values
        self.origin = origin
        self.suggestion = suggestion
    }

    /// The file as it was opened, `environment`, or `command line`.
    public var file: String {
        switch origin {
        case .file(let path, _): path
        case .environment: "environment"
        case .option: "command line"
        case .preset, .builtIn: "defaults"
        }
    }

    /// The line in ``file``, where there is one.
    public var line: Int? {
        guard case .file(_, let line) = origin, line > 0 else { return nil }
        return line
    }

    /// Both: `/etc/ndstream/stream.conf:12`.
    public var whereToLook: String { file + (line.map { ":\($0)" } ?? "") }

    public var severity: Severity { condition.severity }

    /// What was found: what came, what was accepted instead.
    public var message: String { condition.render(values) }

    /// What to do, in one line, with the values of this case.
    public var advice: String? {
        guard let advice = suggestion ?? condition.fix.first else { return nil }
        return Condition(condition.code, severity, advice, sentence: "").render(values)
    }
}
