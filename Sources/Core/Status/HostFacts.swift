public import Basics

/// What changes about a mirrored host while it streams. The receiver writes it, the status document reads it; the host
/// keeps one behind a lock.
///
/// Times are microseconds, as ``Clock`` gives them: `at` of the wall clock, `monotonic` of the one that is never set.
public struct HostFacts: Sendable {
    /// Data older than this many collections makes a connected host ``HostState/stale``.
    public static let staleAfterCollections: Int64 = 3

    public private(set) var state: HostState
    public private(set) var stateSince: Int64
    public private(set) var firstSeen: Int64
    /// When samples came last.
    public private(set) var lastData: Int64?
    /// When samples came last or the connection was made, on the clock that is never set.
    private var freshMonotonic: Int64 = 0
    /// When samples came again after the host had been ``HostState/stale``; `nil` where it has not been since it is live.
    private var freshAgainAt: Int64?
    public private(set) var connects = 0
    public private(set) var disconnects = 0
    public private(set) var lastDisconnect: StatusDocument.Disconnect?
    /// How its last connection ended; `nil` before the first end. Alarms that follow the child's presence need it.
    public private(set) var departure: Departure?
    /// Since when it is away on the clock that is never set: what expires it, whatever is done to the wall clock.
    public private(set) var goneMonotonic: Int64?
    /// Somebody else who asks for the host's place.
    var rival: HostRival?
    public private(set) var throughput = Throughput()

    /// The peer as it is logged: `localhost` for the loopback addresses, `UNIX` for a unix socket.
    public var address: String?
    public var port: Int?
    public var hops: Int?
    public var via: GUID?
    public var hostnameBefore: String?
    public var connection: StatusDocument.Connection?
    public var clockOffsetSeconds: Double?
    public var replication: StatusDocument.Replication?
    public var health: String?
    /// Seconds for which the alarms of its child wait after it has connected.
    public var postponeAlarmsSeconds = 0
    /// When its child connected last, microseconds of the wall clock.
    public private(set) var connectedAt: Int64?
    public var ephemeral: Bool?
    /// When the host is forgotten, microseconds of the wall clock.
    public var expires: Int64?
    public private(set) var gaps: [StatusDocument.Gap] = []
    public private(set) var gapsDropped = 0
    public private(set) var problems: [StatusDocument.Problem] = []
    private var problemsDropped = 0

    /// How a child goes.
    public enum Departure: String, Sendable, CaseIterable {
        /// It closed the connection.
        case left
        /// It was silent, unreachable, or reset the connection.
        case vanished
        /// This node closed the connection.
        case closed
    }

    /// - Parameters:
    ///   - state: what it is before the first connection: `local`, `connecting` or `archived`.
    ///   - at: microseconds of the wall clock.
    public init(state: HostState = .archived, at: Int64) {
        self.state = state
        stateSince = at
        firstSeen = at
    }

    /// Changes the state; the same one again does not renew its time.
    public mutating func become(_ state: HostState, at: Int64) {
        guard self.state != state else { return }
        self.state = state
        stateSince = at
        freshAgainAt = nil
    }

    /// A child was let in.
    public mutating func connected(
        address: String,
        port: Int?,
        connection: StatusDocument.Connection,
        at: Int64,
        monotonic: Int64
    ) {
        self.address = address
        self.port = port
        self.connection = connection
        connects &+= 1
        expires = nil
        goneMonotonic = nil
        throughput.startConnection()
        state = .live
        stateSince = at
        freshAgainAt = nil
        connectedAt = at
        // Freshness counts from here: a child that never sends a sample becomes stale too.
        freshMonotonic = monotonic
    }

    /// Where the next gap begins, if the host comes back with one.
    public var interruption: Interruption?

    /// How far the filling of gaps is; `nil` when nothing is left to fill.
    ///
    /// - Parameter isOfHost: whether it is the host's past that is filled, as after a connection. A chart that comes later is
    ///   filled while its host is live and stays so.
    public mutating func replicating(_ replication: StatusDocument.Replication?, isOfHost: Bool, at: Int64) {
        self.replication = replication
        if replication != nil, isOfHost, state == .live { become(.replicating, at: at) }
        if replication == nil, state == .replicating { become(.live, at: at) }
    }

    /// The child has left, or was made to.
    ///
    /// - Parameters:
    ///   - monotonic: 0 where nobody asks when it expires.
    ///   - interruption: where the gap begins that this makes.
    public mutating func disconnected(
        code: String,
        text: String,
        departure: Departure = .left,
        at: Int64,
        monotonic: Int64 = 0,
        interruption: Interruption? = nil
    ) {
        self.interruption = interruption ?? self.interruption
        disconnects &+= 1
        self.departure = departure
        goneMonotonic = monotonic
        rival = nil
        if health == "auto-on" { health = "auto-off" }
        lastDisconnect = StatusDocument.Disconnect(at: Double(at) / 1_000_000, code: code, text: text)
        replication = nil
        become(.down, at: at)
    }

    /// One read's worth of stream.
    ///
    /// - Parameter updateEvery: seconds between the points of the host's charts: whether it was stale until now.
    public mutating func received(
        wireBytes: Int,
        rawBytes: Int,
        samples: Int,
        updateEvery: Int,
        at: Int64,
        monotonic: Int64
    ) {
        throughput.add(wireBytes: wireBytes, rawBytes: rawBytes, samples: samples, monotonic: monotonic)
        guard samples > 0 else { return }
        if isStale(updateEvery: updateEvery, monotonic: monotonic) { freshAgainAt = at }
        freshMonotonic = monotonic
        lastData = at
    }

    /// Remembers a time without data; the oldest one goes when there are too many.
    public mutating func add(_ gap: StatusDocument.Gap) {
        gaps.append(gap)
        if gaps.count > StatusLimits.gaps {
            gaps.removeFirst()
            gapsDropped &+= 1
        }
    }

    /// Adds a problem, or brings its text up to date where the code is there already; keeps the worst first.
    public mutating func add(_ problem: StatusDocument.Problem) {
        problems.removeAll { $0.code == problem.code }
        let index = problems.firstIndex { rank($0.severity) < rank(problem.severity) } ?? problems.endIndex
        problems.insert(problem, at: index)
        if problems.count > StatusLimits.problems {
            problems.removeLast()
            problemsDropped &+= 1
        }
    }

    /// A problem is over.
    public mutating func removeProblem(_ code: String) {
        problems.removeAll { $0.code == code }
    }

    /// What is shown: a connected host whose place somebody else asks for is in conflict, one without fresh data is stale.
    public func shownState(updateEvery: Int, monotonic: Int64) -> HostState {
        if state.isConnected, rival?.isInConflict(monotonic: monotonic) == true { return .conflict }
        return isStale(updateEvery: updateEvery, monotonic: monotonic) ? .stale : state
    }

    /// Since when it is what ``shownState(updateEvery:monotonic:)`` says.
    public func shownSince(_ shown: HostState) -> Int64 {
        switch shown {
        case .stale: lastData ?? stateSince
        case .live: freshAgainAt ?? stateSince
        default: stateSince
        }
    }

    private func isStale(updateEvery: Int, monotonic: Int64) -> Bool {
        let limit = Self.staleAfterCollections &* Int64(max(updateEvery, 1)) &* microsecondsPerSecond
        return state == .live && monotonic &- freshMonotonic > limit
    }

    /// The host is known from a file of an earlier run.
    ///
    /// - Parameters:
    ///   - at, monotonic: now: the time in which it may come back begins with this node.
    public mutating func restore(_ kept: KeptHostFacts, at: Int64, monotonic: Int64) {
        firstSeen = kept.firstSeen
        lastData = kept.lastData
        connects = kept.connects
        disconnects = kept.disconnects
        lastDisconnect = kept.lastDisconnect
        departure = kept.departure
        gaps = Array(kept.gaps.suffix(StatusLimits.gaps))
        gapsDropped = kept.gapsDropped + max(0, kept.gaps.count - StatusLimits.gaps)
        goneMonotonic = monotonic
        if let lastData {
            let cause: GapCause =
                switch departure {
                case .left: .childStopped
                case .vanished: .link
                case .closed, nil: .nodeStopped
                }
            interruption = Interruption(after: lastData / microsecondsPerSecond, cause: cause)
        }
        become(.archived, at: at)
    }

    /// What the file of the host keeps.
    public var kept: KeptHostFacts {
        KeptHostFacts(
            firstSeen: firstSeen,
            lastData: lastData,
            connects: connects,
            disconnects: disconnects,
            lastDisconnect: lastDisconnect,
            departure: departure,
            gaps: gaps,
            gapsDropped: gapsDropped
        )
    }

    private func rank(_ severity: String) -> Int {
        switch severity {
        case "error": 2
        case "warning": 1
        default: 0
        }
    }
}
