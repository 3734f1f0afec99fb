import Basics

/// How far back gaps of a host are filled from its child's database, and in which steps (streaming protocol §10, §15.3).
public struct ReplicationSettings: Sendable, Equatable {
    /// `false`: every request is empty, but the exchange takes place, since the child waits for it.
    public var isEnabled: Bool
    /// How far back a chart without data is filled.
    public var secondsToReplicate: Int64
    /// How much is asked for at once.
    public var secondsPerStep: Int64

    public init(isEnabled: Bool = true, secondsToReplicate: Int64 = 86_400, secondsPerStep: Int64 = 600) {
        self.isEnabled = isEnabled
        self.secondsToReplicate = max(1, min(secondsToReplicate, HostDatabase.endOfSeconds))
        self.secondsPerStep = max(1, min(secondsPerStep, HostDatabase.endOfSeconds))
    }
}

/// What a parent asks a child for: the points of one chart with `after < time ≤ before`, Unix seconds.
public struct ReplicationRequest: Sendable, Equatable {
    /// Live data may follow the answer.
    public var startsStreaming: Bool
    public var after: Int64
    public var before: Int64

    /// No point, only the present state.
    public static let nothing = ReplicationRequest(startsStreaming: true, after: 0, before: 0)

    public var isEmpty: Bool { after == 0 && before == 0 }

    /// What the two ends have of a chart. Unix seconds.
    public struct Situation: Sendable, Equatable {
        /// Of the child's database; 0 = nothing.
        public var childFirst: Int64
        public var childLast: Int64
        /// The newest point here; 0 = none.
        public var storedLast: Int64
        /// The child's clock.
        public var now: Int64
        /// The seconds that this database keeps of the chart: nothing older is worth asking for.
        public var keptSeconds: Int64
        public var hasDimensions: Bool
        /// What the answer before ended with.
        public var previousBefore: Int64?
        /// Seconds between the chart's points.
        public var updateEvery: Int64

        public init(
            childFirst: Int64,
            childLast: Int64,
            storedLast: Int64,
            now: Int64,
            keptSeconds: Int64 = .max,
            hasDimensions: Bool = true,
            previousBefore: Int64? = nil,
            updateEvery: Int64 = 1
        ) {
            self.childFirst = childFirst
            self.childLast = childLast
            self.storedLast = storedLast
            self.now = now
            self.keptSeconds = keptSeconds
            self.hasDimensions = hasDimensions
            self.previousBefore = previousBefore
            self.updateEvery = max(1, updateEvery)
        }
    }

    /// The next request (streaming protocol §10, "Parent, on CHART_DEFINITION_END"). Times beyond the calendar count as
    /// none.
    ///
    /// Ranges begin and end where points do: 1.37.1 counts the points of an answer from where its range begins, so that
    /// of a chart of 5 s and ranges of 12 s every fifth is missing (`03b-v137-…` of the recordings), and the last one.
    public static func next(_ situation: Situation, _ settings: ReplicationSettings) -> ReplicationRequest {
        let first = situation.childFirst
        let last = situation.childLast
        let now = situation.now
        guard settings.isEnabled, situation.hasDimensions, first > 0, last > 0, first <= last,
            last <= HostDatabase.endOfSeconds, now > 0, now <= HostDatabase.endOfSeconds,
            situation.storedLast <= last
        else { return nothing }
        let oldest = now &- min(settings.secondsToReplicate, now)
        var from = situation.previousBefore ?? (situation.storedLast != 0 ? situation.storedLast : oldest)
        if situation.keptSeconds < now { from = max(from, now &- situation.keptSeconds) }
        let every = situation.updateEvery
        var after = max(first, from)
        // Not 0, which asks for nothing.
        if after > every { after -= after % every }
        let step = max(every, settings.secondsPerStep - settings.secondsPerStep % every)
        let isLastStep = now &- after <= step
        let before = min(isLastStep ? now : after &+ step, last)
        after = min(after, before)
        return ReplicationRequest(startsStreaming: isLastStep || before == last, after: after, before: before)
    }

    public init(startsStreaming: Bool, after: Int64, before: Int64) {
        self.startsStreaming = startsStreaming
        self.after = after
        self.before = before
    }
}
