/// When a host's alarms are looked at, and when they wait (health §5.1, §7): pure, one per host, asked once a second.
struct Attendance: Sendable {
    /// What there is to do, and to say in health.log.
    enum Step: Sendable, Equatable {
        case begins
        case postponed(seconds: Int)
        case resumes
        case waitsForCharts
        case runs
        case ends
    }

    private(set) var isOn = false
    /// Whether alarms are to be evaluated now.
    var isRunning: Bool { hasBegun && !isPostponed }

    /// Whether they were since the child connected.
    private var hasBegun = false
    private var connection = 0
    private var postponedUntil = 0
    private var isPostponed = false
    /// Since when it waits for the charts of a connection to be there.
    private var settlingSince: Int?
    private var hasSaidWaiting = false
    private var stamp: UInt64 = 0

    /// Seconds that charts have to stay as they are after a child has connected, and the most that is waited for it.
    static let settledAfter = 2
    static let settlingAtMost = 10
    /// The most that is waited for a child that sends what was missed: its charts are of the past until then.
    static let replicationAtMost = 600
    /// Seconds that the alarms of a child that vanished have, to rise.
    static let risingAtMost = 3600

    private var unchangedSince = 0

    /// - Parameters:
    ///   - hasRisen: whether the alarms that watch the collection say all that they can.
    ///   - stamp: of what alarms are bound to.
    ///   - now: Unix seconds.
    /// - Returns: what to say; ``isRunning`` tells whether alarms are to be evaluated.
    mutating func step(_ host: HostSituation, hasRisen: Bool, stamp: UInt64, now: Int) -> [Step] {
        guard wants(host, hasRisen: hasRisen, now: now) else {
            defer { self = Attendance() }
            return isOn ? [.ends] : []
        }
        var steps: [Step] = []
        if !isOn {
            isOn = true
            steps.append(.begins)
        }
        if !host.isOwn, host.isConnected, host.connectedAt != connection { connects(host, now, &steps) }
        guard now >= postponedUntil else { return steps }
        if isPostponed {
            isPostponed = false
            steps.append(.resumes)
        }
        if let since = settlingSince, !isSettled(host, since, stamp, now) {
            if !hasSaidWaiting { steps.append(.waitsForCharts) }
            hasSaidWaiting = true
            return steps
        }
        settlingSince = nil
        if !hasBegun {
            hasBegun = true
            steps.append(.runs)
        }
        return steps
    }

    /// The machine was asleep: everything waits.
    mutating func postpone(until: Int) {
        guard isOn else { return }
        postponedUntil = max(postponedUntil, until)
        isPostponed = true
    }

    /// The wall clock was set back: what lies ahead stays as far ahead.
    mutating func shift(by seconds: Int) {
        postponedUntil += seconds
        unchangedSince += seconds
        settlingSince? += seconds
    }

    private func wants(_ host: HostSituation, hasRisen: Bool, now: Int) -> Bool {
        switch host.attention {
        case .off: false
        case .always: true
        case .whileConnected:
            host.isConnected || hasBegun && host.hasVanished && !hasRisen && now - host.goneAt < Self.risingAtMost
        }
    }

    private mutating func connects(_ host: HostSituation, _ now: Int, _ steps: inout [Step]) {
        connection = host.connectedAt
        hasBegun = false
        // By a clock that was set back since then it is still to come.
        let end = min(now, host.connectedAt) + host.postponeSeconds
        settlingSince = max(now, end)
        unchangedSince = now
        hasSaidWaiting = false
        guard host.postponeSeconds > 0, end > now else { return }
        postponedUntil = max(postponedUntil, end)
        isPostponed = true
        steps.append(.postponed(seconds: host.postponeSeconds))
    }

    private mutating func isSettled(_ host: HostSituation, _ since: Int, _ stamp: UInt64, _ now: Int) -> Bool {
        if stamp != self.stamp {
            self.stamp = stamp
            unchangedSince = now
        }
        guard host.isConnected else { return true }
        if host.isReplicating { return now - since >= Self.replicationAtMost }
        return now - unchangedSince >= Self.settledAfter || now - since >= Self.settlingAtMost
    }
}
