public import Basics
public import Status
public import Synchronization

/// A host whose metrics are here: the own one, or one that streams to us.
public final class Host: Sendable {
    public let guid: GUID
    public let limits: StoreLimits
    public let identity: Mutex<HostIdentity>
    /// What the status document shows of its connection.
    public let status: Mutex<HostFacts>
    @usableFromInline let database: Mutex<HostDatabase>
    private let held: Mutex<HostSettings>
    /// Whoever keeps its downsampled tiers; nobody where only full resolution is kept.
    private let tiers = Mutex<(any TierSource)?>(nil)
    /// Whoever evaluates its alarms; nobody where health is off.
    private let evaluator = Mutex<(any AlarmSource)?>(nil)

    /// - Parameter at: µs since 1970.
    public init(
        guid: GUID,
        identity: HostIdentity,
        settings: HostSettings,
        state: HostState,
        at: Int64,
        limits: StoreLimits = .standard
    ) {
        self.guid = guid
        held = Mutex(settings)
        self.limits = limits
        self.identity = Mutex(identity)
        status = Mutex(HostFacts(state: state, at: at))
        database = Mutex(HostDatabase(guid: guid, settings: settings, limits: limits))
    }

    /// Runs `body` with the database locked: once per read, per run of collectors, per copy. Not reentrant.
    @inlinable
    public func withDatabase<Result: Sendable, Failure: Error>(
        _ body: (inout HostDatabase) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        try database.withLock { database throws(Failure) in try body(&database) }
    }

    public var settings: HostSettings { held.withLock { $0 } }

    /// Another history, memory mode or update every, from now on. The points stay as far as the new mode and history keep
    /// them.
    public func reconfigure(_ settings: HostSettings) {
        withDatabase { $0.reconfigure(settings) }
        held.withLock { $0 = settings }
    }

    /// From now on queries find higher tiers there.
    public func keepTiers(in source: any TierSource) { tiers.withLock { $0 = source } }

    /// The spans of a chart's higher tiers; none where only full resolution is kept. May wait for a disk.
    public func tierSpans(_ series: @autoclosure () -> TierSeries) -> [TierSpan] {
        tiers.withLock { $0 }?.spans(series()).filter { $0.tier > 0 } ?? []
    }

    /// Whether ``tierSpans(_:)`` asks no disk at this moment.
    public var knowsTierSpans: Bool { tiers.withLock { $0 }?.knowsSpans(of: guid) ?? true }

    /// Points of a higher tier; see ``TierSource``. May wait for a disk.
    public func tierColumns(_ series: TierSeries, tier: Int, from: Int64, through: Int64) -> TierColumns? {
        tiers.withLock { $0 }?.points(series, tier: tier, from: from, through: through)
    }

    /// Who knows its alarms; `nil` while health was never on for it.
    public var alarms: (any AlarmSource)? {
        get { evaluator.withLock { $0 } }
        set { evaluator.withLock { $0 = newValue } }
    }

    public var hostname: String { identity.withLock { $0.hostname } }

    /// Whether its child says of itself that it may go for good.
    public var isLabelledEphemeral: Bool {
        identity.withLock { $0.labels.contains { $0.key == "_is_ephemeral" && $0.value == "true" } }
    }

    /// Replaces the host's labels (streaming protocol §8.6) and tells the taps.
    public func setLabels(_ labels: [Label]) {
        let changed = identity.withLock { identity in
            guard identity.labels != labels else { return false }
            identity.labels = labels
            return true
        }
        if changed { withDatabase { $0.tell(.hostLabels) } }
    }
}
