public import Basics
public import Store
import Synchronization
import Wire

/// What a host has for its parent: filled under the host's lock by whoever collects, emptied by the sender's event loop.
///
/// Nothing collected before or between connections is kept: the parent would take it for new (streaming protocol §11).
public final class Outbox: CollectionTap {
    /// What the event loop takes away at once.
    struct Batch {
        var bytes: [UInt8]
        var samples: Int
    }

    /// What has to be told to the sender, after the locks.
    public protocol Owner: AnyObject, Sendable {
        /// Something was collected while no parent listens. Called for every collection: be quick.
        func outboxNeedsConnection()
        /// The first collection of a connection is in the outbox.
        func outboxHasFirstCollection()
        /// More waits than one collection brings. Called for every one of them until some is taken: be quick.
        func outboxIsFilling()
    }

    struct State {
        /// Counts connections, so that what was sent on an older one counts for nothing; 0 while none is open.
        var connection: UInt32 = 0
        var lastConnection: UInt32 = 0
        var writer = CommandWriter([])
        /// The parent understands the child's own lines.
        var passesLinesOn = false
        var charts: [ChartLines] = []
        var pending: [UInt8] = []
        var pendingSamples = 0
        var spare: [UInt8] = []
        var hasOverflowed = false
        /// The parent asks for what it missed, chart by chart, before their live data.
        var replicates = false
        /// Charts whose past it has not got yet, of those that it knows.
        var heldCharts = 0
        /// Requests of the parent that the child has not answered yet.
        var relayedRequests = 0
        var isFirst = false
        /// Collected values that no parent took.
        var droppedSamples = 0
        var changedCharts: Set<ChartRef> = []
        var labelsChanged = false

        /// Whether the parent has the chart's definition.
        func knows(_ ref: ChartRef) -> Bool {
            let index = Int(ref.index)
            return index < charts.count && charts[index].ref == ref && charts[index].connection == connection
                && charts[index].isWanted
        }

        /// The place of a chart, which may have been another one's.
        mutating func place(_ ref: ChartRef) -> Int {
            let index = Int(ref.index)
            while charts.count <= index { charts.append(ChartLines()) }
            if charts[index].ref != ref {
                release(index)
                charts[index] = ChartLines()
                charts[index].ref = ref
            }
            return index
        }

        /// Not a line more of it until the parent has its past.
        mutating func hold(_ index: Int) {
            if !charts[index].isHeld { heldCharts &+= 1 }
            charts[index].isHeld = true
        }

        mutating func release(_ index: Int) {
            if charts[index].isHeld { heldCharts &-= 1 }
            charts[index].isHeld = false
        }
    }

    /// What changed without a collection, for the sender to describe.
    struct Changes {
        var charts: [ChartRef]
        var labels: Bool
    }

    let state = Mutex(State())
    /// Bytes of text from which on the sender is asked to take some before the run of collectors is over.
    static let fillingBytes = 262_144
    /// Bytes of text that may wait for a sender that does not take them. Not `buffer size bytes`: that is for what has
    /// been compressed.
    static let textBytesMax = 8 << 20

    private let pattern: SimplePattern
    private let limit: Int
    private let resyncIterations: Int64
    private let childCapabilities: Capabilities?
    /// Speaks to the child whose host this is, in its own time.
    let toChild: (@Sendable ([UInt8]) -> Void)?
    let owner: any Owner

    /// - Parameters:
    ///   - pattern: `send charts matching`, on id or name.
    ///   - limit: `buffer size bytes`; smaller ones than ``textBytesMax`` are the sender's business alone.
    ///   - resyncIterations: `initial clock resync iterations`.
    ///   - childCapabilities: what the child has agreed on whose host this is.
    init(
        pattern: SimplePattern,
        limit: Int,
        resyncIterations: Int,
        childCapabilities: Capabilities? = nil,
        toChild: (@Sendable ([UInt8]) -> Void)? = nil,
        owner: any Owner
    ) {
        self.pattern = pattern
        self.limit = max(limit, Outbox.textBytesMax)
        self.resyncIterations = Int64(max(0, min(resyncIterations, 1_000_000)))
        self.childCapabilities = childCapabilities
        self.toChild = toChild
        self.owner = owner
    }

    // MARK: The collecting side

    public func collected(_ host: GUID, _ collection: borrowing Store.Collection) {
        let (isOpen, isFirst, isFilling) = state.withLock { state in
            guard state.connection != 0 else {
                state.droppedSamples &+= collection.dimensionCount
                return (false, false, false)
            }
            let index = state.place(collection.ref)
            if state.replicates, collection.isReplicating {
                // What its own child still sends belongs before this: the parent asks for both, later (§10.6).
                state.release(index)
                state.charts[index].connection = 0
                return (true, false, false)
            }
            let known = state.charts[index].connection == state.connection
            // A chart that started anew has another clock than the parent's.
            let isReset = state.replicates && collection.isFirst
            if !known || isReset || state.charts[index].generation != collection.generation {
                define(collection, at: index, in: &state)
            }
            guard state.charts[index].isWanted, !state.charts[index].isHeld else { return (true, false, false) }
            guard hasRoom(&state) else {
                state.droppedSamples &+= collection.dimensionCount
                return (true, false, true)
            }
            let resyncs = !state.replicates && collection.at < state.charts[index].resyncUntil
            if state.passesLinesOn, !resyncs, let lines = collection.lines,
                state.charts[index].changedVariables.isEmpty
            {
                state.pending.append(contentsOf: lines)
            } else {
                state.charts[index].write(
                    collection,
                    microseconds: resyncs ? 0 : collection.microseconds,
                    state.writer,
                    to: &state.pending
                )
            }
            state.pendingSamples &+= collection.dimensionCount
            defer { state.isFirst = false }
            return (true, state.isFirst, state.pending.count > Outbox.fillingBytes)
        }
        if !isOpen { owner.outboxNeedsConnection() }
        if isFirst { owner.outboxHasFirstCollection() }
        if isFilling { owner.outboxIsFilling() }
    }

    public func changed(_ host: GUID, _ change: DefinitionChange) {
        state.withLock { state in
            guard state.connection != 0, hasRoom(&state) else { return }
            switch change {
            // A chart is defined with its next collection; one that is obsolete will have none.
            case .chart(let ref): if state.knows(ref) { state.changedCharts.insert(ref) }
            case .chartRemoved: break
            case .hostLabels: state.labelsChanged = true
            case .claim(let claim):
                state.writer.claimedID(machineGUID: host.description, claim: claim, to: &state.pending)
            case .hostVariable(let name, let value):
                state.writer.variable(.host, name, value, to: &state.pending)
            case .chartVariable(let ref, let name, let value):
                if state.knows(ref) { state.charts[Int(ref.index)].changedVariables[name] = value }
            }
        }
    }

    private func define(_ collection: borrowing Store.Collection, at index: Int, in state: inout State) {
        let telling = Definition(
            chart: collection.definition,
            dimensions: collection.dimensions,
            variables: collection.variables,
            generation: collection.generation,
            collectedAt: collection.at,
            past: collection.past,
            now: collection.now
        )
        define(telling, at: index, in: &state)
    }

    /// A chart as it is told to a parent.
    struct Definition {
        var chart: ChartDefinition
        var dimensions: [DimensionDefinition]
        var variables: [String: Double]
        var generation: UInt32
        /// µs since 1970 by the chart's clock; and by this machine's.
        var collectedAt: Int64
        var past: ReplicablePast
        var now: Int64
    }

    func define(_ telling: Definition, at index: Int, in state: inout State) {
        let chart = telling.chart
        state.charts[index].isWanted = pattern.matches(chart.id) || pattern.matches(chart.name)
        state.charts[index].connection = state.connection
        state.charts[index].generation = telling.generation
        state.release(index)
        guard state.charts[index].isWanted, hasRoom(&state) else { return }
        state.writer.define(chart, telling.dimensions, telling.variables, to: &state.pending)
        state.charts[index].remember(chart.id, telling.dimensions)
        let resync = resyncIterations &* Int64(max(1, chart.updateEvery)) &* microsecondsPerSecond
        state.charts[index].resyncUntil = telling.collectedAt &+ resync
        guard state.replicates else { return }
        let (past, now) = relayedPast(telling, state.charts[index].relayed)
        CommandWriter.chartDefinitionEnd(past, now: now, to: &state.pending)
        state.hold(index)
    }

    func hasRoom(_ state: inout State) -> Bool {
        if state.pending.count > limit { state.hasOverflowed = true }
        return !state.hasOverflowed
    }

    // MARK: The sending side

    /// A parent has accepted: everything is defined anew, and `introduction` goes first.
    func open(_ capabilities: Capabilities, introduction: [UInt8]) {
        state.withLock { state in
            state.lastConnection &+= 1
            if state.lastConnection == 0 { state.lastConnection = 1 }
            state.connection = state.lastConnection
            state.writer = CommandWriter(capabilities)
            // Neither framing nor replication changes the lines of a collection.
            let others = Capabilities.framing.union(.replication)
            state.passesLinesOn = childCapabilities?.subtracting(others) == capabilities.subtracting(others)
            state.pending = introduction
            state.pendingSamples = 0
            state.hasOverflowed = false
            state.isFirst = true
            state.replicates = capabilities.contains(.replication)
            state.heldCharts = 0
            for index in state.charts.indices { state.charts[index].isHeld = false }
            state.relayedRequests = 0
            state.changedCharts = []
            state.labelsChanged = false
        }
    }

    /// The connection is gone, and with it what it did not take.
    /// - Returns: the bytes thrown away.
    @discardableResult
    func close() -> Int {
        state.withLock { state in
            let unsent = state.pending.count
            state.droppedSamples &+= state.pendingSamples
            state.connection = 0
            state.heldCharts = 0
            state.relayedRequests = 0
            for index in state.charts.indices { state.charts[index].relayed?.upstreamClosed() }
            state.pending = []
            state.pendingSamples = 0
            state.spare = []
            return unsent
        }
    }

    /// What must be told although nothing is collected for it.
    func takeChanges() -> Changes? {
        state.withLock { state in
            guard !state.changedCharts.isEmpty || state.labelsChanged else { return nil }
            defer {
                state.changedCharts = []
                state.labelsChanged = false
            }
            let charts = state.changedCharts.sorted { $0.index < $1.index }
            return Changes(charts: charts, labels: state.labelsChanged)
        }
    }

    /// Adds lines of the sender's own, host labels for example.
    func append(_ lines: (CommandWriter, inout [UInt8]) -> Void) {
        state.withLock { state in
            if state.connection != 0, hasRoom(&state) { lines(state.writer, &state.pending) }
        }
    }

    // MARK: Replication

    /// Whether the parent has been told of the chart on this connection.
    func knows(_ ref: ChartRef) -> Bool { state.withLock { $0.connection != 0 && $0.knows(ref) } }

    /// The chart that was defined with an id that is not quite its own, because a line does not bear every character.
    func chart(sentAs id: [UInt8]) -> ChartRef? {
        let prefix = CommandWriter.beginPrefix(id)
        return state.withLock { state in
            guard state.connection != 0 else { return nil }
            return state.charts.first { $0.connection == state.connection && $0.isWanted && $0.isSent(with: prefix) }?
                .ref
        }
    }

    /// Adds an answer. With a chart to start, its next collection goes out; under the host's lock then, so that nothing is
    /// collected between what the answer says and that.
    func answer(_ bytes: [UInt8], starting chart: ChartRef?) {
        state.withLock { state in
            guard state.connection != 0, hasRoom(&state) else { return }
            state.pending += bytes
            if let chart, state.knows(chart) { state.release(Int(chart.index)) }
        }
    }

    /// Charts whose live data waits for their past.
    var heldCharts: Int { state.withLock { $0.heldCharts } }

    // MARK: Taking

    /// Everything that waits. Give ``Batch/bytes`` back with ``recycle(_:)``.
    func take() -> (batch: Batch, hasOverflowed: Bool) {
        state.withLock { state in
            let batch = Batch(bytes: state.pending, samples: state.pendingSamples)
            state.pending = state.spare
            state.spare = []
            state.pendingSamples = 0
            return (batch, state.hasOverflowed)
        }
    }

    /// Returns a buffer, so that each second does not begin with an allocation.
    func recycle(_ bytes: consuming [UInt8]) {
        guard bytes.capacity <= 262_144 else { return }
        bytes.removeAll(keepingCapacity: true)
        let emptied = bytes
        state.withLock { $0.spare = emptied }
    }

    /// Values that were taken and did not get through.
    func lost(samples: Int) { state.withLock { $0.droppedSamples &+= samples } }

    var pendingBytes: Int { state.withLock { $0.pending.count } }
    var droppedSamples: Int { state.withLock { $0.droppedSamples } }
}
