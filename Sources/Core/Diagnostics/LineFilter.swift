/// Which lines somebody wants to see. What is not asked for lets everything through.
public struct LineFilter: Sendable {
    /// From which degree on: of a condition its severity, of other lines their own level.
    public enum Least: String, Sendable, CaseIterable {
        case error
        case warning
        case info
        case debug
    }

    /// Lines that are not about streaming, too.
    public var all = false
    /// Whether one of the names that a line goes by is meant.
    public var host: (@Sendable (String) -> Bool)?
    /// Only these, and then also those that are not about streaming.
    public var codes: CodePattern?
    /// Let through whatever ``codes`` and ``least`` say: what somebody waits for.
    public var awaited: CodePattern?
    public var least: Least?
    public var side: RecognisedLine.Side?
    /// Microseconds since 1970, inclusive.
    public var since: Int64?
    /// Microseconds since 1970, exclusive.
    public var until: Int64?

    public init() {}

    /// What needs nothing but the time, before a line is looked into.
    /// - Parameter moment: `nil` for a line that says none and follows none that does; such a line is never too old.
    public func isWithin(_ moment: Int64?) -> Bool {
        guard let moment else { return true }
        return moment >= since ?? .min && moment < until ?? .max
    }

    /// Everything but the time.
    public func accepts(_ line: RecognisedLine) -> Bool {
        if let host, !line.isAbout(host) { return false }
        if let side, line.side != side { return false }
        if let awaited, awaited.matches(line.condition) { return true }
        if let codes { guard codes.matches(line.condition) else { return false } }
        if codes == nil, !all, !line.isStreaming { return false }
        return isBadEnough(line)
    }

    private func isBadEnough(_ line: RecognisedLine) -> Bool {
        switch least {
        case .error: line.severity == .error
        case .warning: line.severity >= .warning
        case .info: line.line.level != .debug || line.severity > .info
        case .debug, nil: true
        }
    }
}
