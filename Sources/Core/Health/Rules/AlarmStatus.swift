public import Store

extension AlarmStatus {
    /// What follows from the values of `warn` and `crit` (health §5.2).
    /// - Parameters: `nil` where the alarm has no such expression.
    public static func decided(
        warning: CompiledExpression.Outcome?,
        critical: CompiledExpression.Outcome?
    ) -> AlarmStatus {
        var status = AlarmStatus.undefined
        if case .value(let value) = warning { status = value != 0 ? .warning : .clear }
        guard case .value(let value) = critical else { return status }
        if value != 0 { return .critical }
        return status == .undefined ? .clear : status
    }
}

/// How long the notification of a change waits for the next one (health §5.4).
public struct NotificationDelay: Sendable, Equatable {
    private let rule: AlarmDefinition.Delay
    private var up = 0
    private var down = 0
    /// Unix seconds until when the last change waits.
    public private(set) var until = 0
    /// What the last change waits, in seconds.
    public private(set) var seconds = 0

    public init(_ rule: AlarmDefinition.Delay) { self.rule = rule }

    /// The status has changed.
    public mutating func note(from old: AlarmStatus, to new: AlarmStatus, now: Int) {
        if now > until {
            up = rule.up
            down = rule.down
        } else {
            // One that waits is followed by another: it flaps.
            up = lengthened(up)
            down = lengthened(down)
        }
        seconds = new > old ? up : down
        until = now + seconds
    }

    /// The wall clock was set back.
    mutating func shift(by seconds: Int) { if until > 0 { until += seconds } }

    private func lengthened(_ seconds: Int) -> Int {
        Int(max(-1e15, min(Double(seconds) * rule.multiplier, Double(rule.longest))))
    }
}
