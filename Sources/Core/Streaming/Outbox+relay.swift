public import Basics
public import Store
import Synchronization
import Wire

/// Replication that goes through: what the child says goes to the parent, what the parent asks goes to the child.
extension Outbox: ReplicationRelay {
    /// Requests that a child may have to answer at the same time: what it answers is on its way before anybody can see
    /// whether the parent takes it.
    static let relayedRequestsMax = 8

    public func defined(
        _ chart: ChartRef,
        _ snapshot: ChartSnapshot,
        past: ReplicablePast,
        clock: Int64,
        now: Int64
    ) {
        let (isOpen, commands) = state.withLock { state in
            let index = state.place(chart)
            var relayed = state.charts[index].relayed ?? RelayedChart(id: snapshot.definition.id)
            relayed.defined(first: past.first, last: past.last, clock: clock, now: now / microsecondsPerSecond)
            state.charts[index].relayed = relayed
            guard state.connection != 0 else { return (false, [UInt8]()) }
            define(Definition(snapshot, past: past, now: now), at: index, in: &state)
            return (true, state.letGoOn(index))
        }
        if !commands.isEmpty { toChild?(commands) }
        if !isOpen { owner.outboxNeedsConnection() }
    }

    public func answered(_ chart: ChartRef, _ line: Word) {
        state.withLock { state in
            guard state.passesOn(chart), hasRoom(&state) else { return }
            state.pending.append(contentsOf: line.bytes)
            state.pending.append(UInt8(ascii: "\n"))
        }
    }

    public func answered(_ chart: ChartRef, _ dimension: Word, _ value: Word, _ flags: Word) {
        let isFilling = state.withLock { state in
            guard state.passesOn(chart), hasRoom(&state) else { return false }
            CommandWriter.replaySet(dimension, value, flags, to: &state.pending)
            state.pendingSamples &+= 1
            return state.pending.count > Outbox.fillingBytes
        }
        if isFilling { owner.outboxIsFilling() }
    }

    public func answerEnded(_ chart: ChartRef, _ line: Word, startsStreaming: Bool) {
        state.withLock { state in
            let index = Int(chart.index)
            guard index < state.charts.count, state.charts[index].ref == chart,
                state.charts[index].relayed?.answered(startsStreaming: startsStreaming) == true
            else { return }
            state.relayedRequests = max(0, state.relayedRequests &- 1)
            guard state.knows(chart), hasRoom(&state) else { return }
            state.pending.append(contentsOf: line.bytes)
            state.pending.append(UInt8(ascii: "\n"))
            if startsStreaming { state.release(index) }
        }
    }

    /// What a chart's parent may be given: of a relayed one what the child has.
    func relayedPast(_ telling: Definition, _ relayed: RelayedChart?) -> (ReplicablePast, now: Int64) {
        guard let relayed else { return (telling.past, telling.now) }
        let (first, last) = relayed.past(collected: telling.collectedAt / microsecondsPerSecond)
        return (
            ReplicablePast(first: first, last: last, updateEvery: telling.past.updateEvery),
            telling.now &+ relayed.clockOffset &* microsecondsPerSecond
        )
    }

    // MARK: The sending side

    /// Passes a request on to the child.
    ///
    /// - Returns: `nil` where the chart's past is this node's own business; `false` where the child has enough to do.
    func relay(_ request: ReplayRequest, _ chart: ChartRef) -> Bool? {
        guard let toChild else { return nil }
        let isPassedOn: Bool? = state.withLock { state in
            guard state.connection != 0, state.knows(chart), state.charts[Int(chart.index)].relayed != nil else {
                return nil
            }
            guard state.relayedRequests < Outbox.relayedRequestsMax else { return false }
            state.relayedRequests &+= 1
            state.charts[Int(chart.index)].relayed?.asks(isWanted: true)
            return true
        }
        if isPassedOn == true { toChild(CommandWriter.replayChart(request)) }
        return isPassedOn
    }

    /// Charts whose child is silent, for a parent that has just accepted: it must be told of them, since no collection
    /// comes that would.
    var silentCharts: [ChartRef] {
        state.withLock { state in state.charts.filter { $0.relayed?.isStreaming == false }.compactMap(\.ref) }
    }

    /// Tells a parent of a chart that is not collected.
    func define(_ snapshot: ChartSnapshot, now: Int64) {
        state.withLock { state in
            guard state.connection != 0, !state.knows(snapshot.ref) else { return }
            let index = state.place(snapshot.ref)
            let every = Int64(snapshot.definition.updateEvery)
            let past = ReplicablePast(first: 0, last: 0, updateEvery: every)
            define(Definition(snapshot, past: past, now: now), at: index, in: &state)
        }
    }

    /// Lets the child stream what it waits to be asked for, where nobody upstream asks.
    func letWaitingGoOn() {
        guard let toChild else { return }
        let commands: [UInt8] = state.withLock { state in
            state.charts.indices.reduce(into: []) { $0 += state.letGoOn($1) }
        }
        if !commands.isEmpty { toChild(commands) }
    }
}

extension Outbox.State {
    /// Whether what the child answers of a chart goes on.
    func passesOn(_ chart: ChartRef) -> Bool {
        let index = Int(chart.index)
        return connection != 0 && index < charts.count && charts[index].ref == chart
            && charts[index].relayed?.answersGoOn == true
    }
}

extension Outbox.State {
    /// What the child must be told to stream a chart that nobody upstream asks for; nothing where that is not so.
    mutating func letGoOn(_ index: Int) -> [UInt8] {
        guard !charts[index].isHeld, let relayed = charts[index].relayed, relayed.waits else { return [] }
        charts[index].relayed?.asks(isWanted: false)
        return CommandWriter.replayChart(
            ReplayRequest(chart: relayed.id, startsStreaming: true, after: 0, before: 0)
        )
    }
}

extension Outbox.Definition {
    init(_ snapshot: ChartSnapshot, past: ReplicablePast, now: Int64) {
        self.init(
            chart: snapshot.definition,
            dimensions: snapshot.dimensions,
            variables: snapshot.variables,
            generation: snapshot.generation,
            collectedAt: snapshot.lastCollected,
            past: past,
            now: now
        )
    }
}

extension CommandWriter {
    static func replayChart(_ request: ReplayRequest) -> [UInt8] {
        var bytes: [UInt8] = []
        request.chart.withUnsafeBufferPointer { id in
            guard let start = id.baseAddress else { return }
            replayChart(
                Word(start: start, count: id.count),
                startsStreaming: request.startsStreaming,
                after: request.after,
                before: request.before,
                to: &bytes
            )
        }
        return bytes
    }
}
