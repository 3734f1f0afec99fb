/// How the database of one host works. Fixed when the host is created (streaming protocol §12).
public struct HostSettings: Sendable, Equatable {
    public var mode: MemoryMode
    /// Points per chart as asked for; ``history`` is what it became.
    public var requestedHistory: Int
    /// Seconds between collections where a chart doesn't say.
    public var updateEvery: Int
    /// `[db] gap when lost iterations above`: longer silences show as gaps (web API §5.3).
    public var gapWhenLostIterationsAbove: Int
    /// How far ahead of this machine's clock a sender's microseconds may carry a chart; 0 = any distance.
    public var futureLimitSeconds: Int64
    /// In mode none: how many seconds are kept for a parent that was away, and for nobody else; 0 = nothing.
    public var ringSeconds: Int

    public init(
        mode: MemoryMode = .ram,
        history: Int = 3600,
        updateEvery: Int = 1,
        gapWhenLostIterationsAbove: Int = 1,
        futureLimitSeconds: Int64 = 3600,
        ringSeconds: Int = 0
    ) {
        self.mode = mode
        requestedHistory = history
        self.updateEvery = max(1, updateEvery)
        self.gapWhenLostIterationsAbove = gapWhenLostIterationsAbove
        self.futureLimitSeconds = futureLimitSeconds
        self.ringSeconds = max(0, min(ringSeconds, HostSettings.mostRingSeconds))
    }

    /// The longest ring there is: a day.
    public static let mostRingSeconds = 86_400

    /// Whether points are kept only for replication.
    var isRing: Bool { mode == .none && ringSeconds > 0 }

    /// Whether there is anything to fill a parent's gaps from.
    public var keepsPoints: Bool { mode != .none || ringSeconds > 0 }

    /// Points per chart in force: what `charts` reports as `history`.
    public var history: Int { mode.history(rounding: requestedHistory) }

    /// Points that a chart may have: with dbengine as many as the disk has room for.
    var capacity: Int { mode == .dbengine ? MemoryMode.mostHistory : history }
}
