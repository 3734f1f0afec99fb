import Basics
import Diagnostics
import Status
import Store
import Synchronization

/// What every pass over a host's alarms needs, and what comes out of all of them in one round of the service.
struct HealthRound: ~Copyable {
    let book: RuleBook
    let settings: AlarmSettings
    let silencers: Silencers
    let silencersGeneration: UInt64
    /// `[health] fold alarms of a lost child`.
    let folds: Bool
    /// `[health] run at least every seconds`.
    let runAtLeastEvery: Int
    let userConfigDirectory: String
    /// Of the node's own host.
    let ownGUID: GUID
    let ownRegistryHostname: String
    /// Microseconds since 1970.
    let now: Int64
    var evaluator = AlarmEvaluator()

    var second: Int { Int(now / microsecondsPerSecond) }
}

/// What one pass over a host leaves to be done, without its lock.
struct PassResult: Sendable {
    /// Lines of health.log, and those of error.log.
    var log: [Event] = []
    var events: [Event] = []
    /// Entries that are to be written to the log's file, oldest first: those that are not in it yet, and those that have
    /// changed since.
    var new: [AlarmEntry] = []
    var updated: [AlarmEntry] = []
    var notifications: [Notification] = []
}

extension HostHealth {
    /// Looks at the host, once a second: whether its alarms wait, and what is due of them.
    func pass(_ situation: HostSituation, _ round: inout HealthRound) -> PassResult {
        withState { state in
            var pass = HostPass(host: host, now: round.now)
            pass.run(&state, situation, &round)
            return pass.result
        }
    }
}

/// One look at one host.
private struct HostPass {
    let host: Host
    let hostname: String
    let now: Int64
    var result = PassResult()
    /// Of this pass, found when the first handler is told of them.
    private var raised: RaisedAlarms?

    init(host: Host, now: Int64) {
        self.host = host
        self.now = now
        hostname = host.hostname
    }

    private var second: Int { Int(now / microsecondsPerSecond) }

    mutating func run(_ state: inout HostHealth.State, _ situation: HostSituation, _ round: inout HealthRound) {
        if second < state.lastLook { state.shift(by: second - state.lastLook) }
        state.lastLook = second
        state.hear(situation, now: second)
        let stamp = state.attendance.isRunning ? 0 : host.withDatabase { $0.bindingsStamp }
        let hasRisen = situation.isConnected || state.alarms.hasRisen(now: second)
        for step in state.attendance.step(situation, hasRisen: hasRisen, stamp: stamp, now: second) {
            say(step)
            if step == .runs || step == .resumes { state.nextPass = 0 }
        }
        if situation.attention == .off { state.alarms.removeAll(now: second) }
        let presence = situation.presence(state.heardNow)
        state.loss?.observe(presence, isEphemeral: situation.isEphemeral, now: second)
        if state.attendance.isRunning, second >= state.nextPass { evaluate(&state, &round) }
        notify(&state, &round)
        keep(&state.alarms)
        state.alarms.log.trim()
    }

    private mutating func keep(_ alarms: inout HostAlarms) {
        guard !alarms.unwritten.isEmpty else { return }
        for uniqueID in Set(alarms.unwritten).sorted() {
            guard let entry = alarms.log[uniqueID] else { continue }
            if entry.flags.contains(.saved) {
                result.updated.append(entry)
            } else {
                result.new.append(entry)
                alarms.log[uniqueID]?.flags.insert(.saved)
            }
        }
        alarms.unwritten = []
    }

    private mutating func evaluate(_ state: inout HostHealth.State, _ round: inout HealthRound) {
        state.alarms.handler = round.settings.handler
        bind(&state.alarms, &round)
        silence(&state.alarms, round)
        state.alarms.evaluate(host, with: &round.evaluator, now: now)
        let next = state.alarms.nextUpdate(after: second) ?? .max
        state.nextPass = max(second + 1, min(next, second + round.runAtLeastEvery))
        for told in state.alarms.told {
            say(.alarmEvent, ["alarm": told.alarm, "value": told.value, "status": told.status.name])
        }
        state.alarms.told = []
    }

    // MARK: What alarms there are

    /// Charts for which binding may be done once a second; with more of them it is done the less often.
    private static let chartsASecond = 5000

    private mutating func bind(_ alarms: inout HostAlarms, _ round: inout HealthRound) {
        if alarms.rules.book !== round.book { alarms.bindsAgainAt = 0 }
        if alarms.rules.update(round.book, host.identity.withLock { $0 }) { alarms.boundStamp = nil }
        guard second >= alarms.bindsAgainAt else { return }
        let stamp = host.withDatabase { $0.bindingsStamp }
        guard stamp != alarms.boundStamp else { return }
        alarms.boundStamp = stamp
        let landscape = HostAlarms.Landscape(host)
        let wasFull = alarms.isFull
        alarms.bind(landscape, settings: round.settings, now: second)
        alarms.bindsAgainAt = second + landscape.places.count / Self.chartsASecond
        alarms.silencersGeneration = nil
        guard alarms.isFull, !wasFull else { return }
        let values = ["host": hostname, "limit": "\(HostAlarms.alarmsAtMost)"]
        result.events.append(
            Event(.alarmsTooMany, at: now, thread: "HEALTH", host: host.guid.description, values: values)
        )
    }

    private func silence(_ alarms: inout HostAlarms, _ round: borrowing HealthRound) {
        guard alarms.silencersGeneration != round.silencersGeneration else { return }
        alarms.silencersGeneration = round.silencersGeneration
        for index in alarms.alarms.indices {
            let verdict = round.silencers.verdict(for: Silencers.Subject(alarms.alarms[index], hostname: hostname))
            alarms.alarms[index].isDisabled = verdict.isDisabled
            alarms.alarms[index].isSilenced = verdict.isSilenced
        }
    }

    // MARK: Who is told

    private mutating func notify(_ state: inout HostHealth.State, _ round: inout HealthRound) {
        // While everything waits, what is due waits too: nobody knows whether it is so still.
        for decision in state.attendance.isRunning ? state.alarms.decide(now: second) : [] {
            let values = [
                "alarm": "\(decision.entry.chart).\(decision.entry.name)", "status": decision.entry.status.name,
            ]
            switch decision.verdict {
            case .nothing: break
            case .noClearNotification: say(.alarmNoClear, values)
            case .sentBefore: say(.alarmSentBefore, values)
            case .silenced: say(.alarmSilenced, values)
            case .send:
                let watches = decision.alarm.map { state.alarms.alarms[$0].rule.watchesCollection } ?? false
                if round.folds, watches, state.loss?.folds(decision.entry) == true {
                    state.alarms.noteFolding(of: decision.entry.uniqueID)
                    say(.alarmFolded, values)
                } else {
                    send(decision.entry, decision.alarm, &state.alarms, &round)
                }
            }
        }
        if round.folds, state.loss != nil { tell(&state, &round) }
    }

    private mutating func tell(_ state: inout HostHealth.State, _ round: inout HealthRound) {
        // It is back once it is known how its alarms are: before that, those that rose for the loss stand as they did.
        let backSince = state.loss?.loss?.backSince ?? 0
        guard backSince == 0 || state.attendance.isRunning else { return }
        if let event = state.loss?.tell(now: second) { tell(event, &state.alarms, &round) }
        let unfolded = state.loss?.takeUnfolded() ?? []
        if !unfolded.isEmpty {
            state.unfolding.formUnion(unfolded)
            state.backSince = backSince
        }
        guard !state.unfolding.isEmpty, state.attendance.isRunning else { return }
        var waits: Set<UInt32> = []
        for index in state.alarms.alarms.indices where state.unfolding.contains(state.alarms.alarms[index].id) {
            let alarm = state.alarms.alarms[index]
            guard alarm.status.isRaised, !alarm.isSilenced, !alarm.isDisabled else { continue }
            guard alarm.lastUpdated > state.backSince else {
                waits.insert(alarm.id)
                continue
            }
            if let entry = state.alarms.log.newest(of: alarm) { send(entry, index, &state.alarms, &round) }
        }
        state.unfolding = waits
    }

    private mutating func tell(_ event: FoldedLoss.Event, _ alarms: inout HostAlarms, _ round: inout HealthRound) {
        let known = alarms.log.identify(chart: FoldedLoss.chart, name: FoldedLoss.name)
        var entry = event.entry(
            uniqueID: alarms.log.takeUniqueID(),
            alarmID: known.id,
            eventID: known.eventID &+ 1,
            hostname: hostname
        )
        entry.flags.insert(.processed)
        if let before = alarms.log.append(entry) { alarms.unwritten.append(before.uniqueID) }
        alarms.unwritten.append(entry.uniqueID)
        let values = event.values(hostname: hostname)
        result.events.append(
            Event(event.condition, at: now, thread: "HEALTH", host: host.guid.description, values: values)
        )
        show(event, values)
        let subject = Silencers.Subject(
            name: entry.name,
            chart: entry.chart,
            chartName: entry.chart,
            context: entry.context,
            hostname: hostname,
            family: entry.family
        )
        guard round.silencers.verdict(for: subject) == Silencers.Verdict() else {
            return say(.alarmSilenced, ["alarm": "\(entry.chart).\(entry.name)", "status": entry.status.name])
        }
        send(entry, nil, &alarms, &round)
    }

    /// In the status document it is a problem of the host until it is back.
    private func show(_ event: FoldedLoss.Event, _ values: [String: String]) {
        host.status.withLock { facts in
            guard event.status.isRaised else { return facts.removeProblem(Condition.childLost.code) }
            facts.add(
                StatusDocument.Problem(
                    code: event.condition.code,
                    severity: event.condition.severity.rawValue,
                    text: event.condition.render(values),
                    fix: event.condition.fix(values).joined(separator: "\n")
                )
            )
        }
    }

    private mutating func send(
        _ entry: AlarmEntry,
        _ place: Int?,
        _ alarms: inout HostAlarms,
        _ round: inout HealthRound
    ) {
        // Where there is no handler nobody is told, and so nobody waits for the end.
        guard !entry.handler.isEmpty else { return }
        let values = ["alarm": "\(entry.chart).\(entry.name)", "status": entry.status.name]
        say(.alarmSending, values)
        var facts = NotificationFacts(
            registryHostname: host.identity.withLock { $0.registryHostname },
            nodeRegistryHostname: round.ownRegistryHostname,
            userConfigDirectory: round.userConfigDirectory,
            machineGUID: host.guid == round.ownGUID ? "" : host.guid.description
        )
        let raised = raised ?? RaisedAlarms(alarms.alarms)
        self.raised = raised
        raised.describe(to: &facts, without: entry.alarmID)
        if let place, alarms.alarms[place].status == entry.status {
            let trace = alarms.trace(place, host, second)
            (facts.expression, facts.variables) = (trace?.expression, trace?.variables)
        }
        do throws(NotificationArguments.TooLong) {
            let arguments = try NotificationArguments.all(entry, facts)
            alarms.noteRun(of: entry.uniqueID, now: second)
            result.notifications.append(
                Notification(
                    host: host.guid.description,
                    hostname: hostname,
                    entry: entry.uniqueID,
                    handler: entry.handler,
                    arguments: arguments
                )
            )
        } catch {
            var values = values
            values["number"] = "\(error.number)"
            values["bytes"] = "\(error.bytes)"
            values["host"] = hostname
            result.events.append(
                Event(.notificationTooLong, at: now, thread: "HEALTH", host: host.guid.description, values: values)
            )
        }
    }

    // MARK: health.log

    private mutating func say(_ step: Attendance.Step) {
        switch step {
        case .begins: break
        case .postponed(let seconds): say(.healthPostponedHere, ["seconds": "\(seconds)"])
        case .resumes: say(.healthResumes)
        case .waitsForCharts: say(.healthWaitsForCharts)
        case .runs: say(.healthRuns)
        case .ends: say(.healthEnds)
        }
    }

    private mutating func say(_ condition: Condition, _ values: [String: String] = [:]) {
        var values = values
        values["host"] = hostname
        result.log.append(
            Event(condition, at: now, thread: "HEALTH", host: host.guid.description, values: values)
        )
    }
}

extension HostHealth.State {
    /// Notes when something came of the child last, by the clock as it is now: what the facts say may be of another one.
    fileprivate mutating func hear(_ situation: HostSituation, now: Int) {
        if situation.connectedAt != heard.connectedAt {
            heardNow.connectedAt = min(situation.connectedAt, now)
            heardNow.at = max(heardNow.at, heardNow.connectedAt)
        }
        if situation.heardAt != heard.at { heardNow.at = max(heardNow.at, min(situation.heardAt, now)) }
        heard = (situation.connectedAt, situation.heardAt)
    }

    /// The wall clock was set back: all that is to come comes as soon as it would have.
    fileprivate mutating func shift(by seconds: Int) {
        attendance.shift(by: seconds)
        alarms.shift(by: seconds)
        loss?.shift(by: seconds)
        heardNow.connectedAt += seconds
        heardNow.at += seconds
        backSince += seconds
        nextPass = 0
    }
}

extension HostSituation {
    fileprivate func presence(_ heard: (connectedAt: Int, at: Int)) -> FoldedLoss.Presence {
        isConnected
            ? .connected(since: heard.connectedAt, heard: heard.at) : .away(cleanly: !hasVanished, since: goneAt)
    }
}

extension HostAlarms.Landscape {
    /// Charts that are described under one lock of their host.
    private static let chartsAtOnce = 1000

    fileprivate init(_ host: Host) {
        let (refs, hostVariables) = host.withDatabase { ($0.refs, Array($0.hostVariables.keys)) }
        self.init(places: [], hostVariables: hostVariables)
        for first in stride(from: 0, to: refs.count, by: Self.chartsAtOnce) {
            places += host.withDatabase { database in
                refs[first..<min(first + Self.chartsAtOnce, refs.count)].compactMap { ref in
                    guard database.isDefined(ref), let definition = database.definition(of: ref) else { return nil }
                    return ChartPlace(
                        ref: ref,
                        definition: definition,
                        dimensions: database.dimensions(of: ref),
                        variables: Array(database.variables(of: ref).keys)
                    )
                }
            }
        }
    }
}

extension Silencers.Subject {
    fileprivate init(_ alarm: Alarm, hostname: String) {
        self.init(
            name: alarm.name,
            chart: alarm.chartID,
            chartName: alarm.chartName,
            context: alarm.context,
            hostname: hostname,
            family: alarm.family
        )
    }
}
