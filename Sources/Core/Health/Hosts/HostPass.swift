import Basics
import Diagnostics
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

    init(host: Host, now: Int64) {
        self.host = host
        self.now = now
        hostname = host.hostname
    }

    private var second: Int { Int(now / microsecondsPerSecond) }

    mutating func run(_ state: inout HostHealth.State, _ situation: HostSituation, _ round: inout HealthRound) {
        let stamp = state.attendance.isRunning ? 0 : host.withDatabase { $0.bindingsStamp }
        let hasRisen = situation.isConnected || state.alarms.hasRisen
        for step in state.attendance.step(situation, hasRisen: hasRisen, stamp: stamp, now: second) {
            say(step)
            if step == .runs { state.nextPass = 0 }
        }
        state.loss?.observe(situation.presence, isEphemeral: situation.isEphemeral, now: second)
        if state.attendance.isRunning, second >= state.nextPass { evaluate(&state, &round) }
        notify(&state, &round)
        keep(&state.alarms)
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
        bind(&state.alarms, round)
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

    private func bind(_ alarms: inout HostAlarms, _ round: borrowing HealthRound) {
        let identity = host.identity.withLock { $0 }
        let isOther = alarms.rules.update(round.book, identity)
        let stamp = host.withDatabase { $0.bindingsStamp }
        guard isOther || stamp != alarms.boundStamp else { return }
        alarms.boundStamp = stamp
        let landscape = host.withDatabase { HostAlarms.Landscape($0) }
        alarms.bind(landscape, settings: round.settings, now: second)
        alarms.silencersGeneration = nil
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
        for decision in state.alarms.decide(now: second) {
            let values = ["alarm": "\(decision.entry.chart).\(decision.entry.name)", "status": decision.entry.status.name]
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
        guard round.folds, state.loss != nil else { return }
        if let event = state.loss?.tell(now: second) { tell(event, &state.alarms, &round) }
        for id in state.loss?.takeUnfolded() ?? [] {
            guard let place = state.alarms.alarms.firstIndex(where: { $0.id == id }),
                let entry = state.alarms.log.entries.last(where: { $0.alarmID == id }), entry.status.isRaised
            else { continue }
            send(entry, place, &state.alarms, &round)
        }
    }

    private mutating func tell(_ event: FoldedLoss.Event, _ alarms: inout HostAlarms, _ round: inout HealthRound) {
        let known = alarms.log.identify(chart: FoldedLoss.chart, name: FoldedLoss.name)
        var entry = event.entry(
            uniqueID: alarms.log.takeUniqueID(),
            alarmID: known.id,
            eventID: known.eventID + 1,
            hostname: hostname
        )
        entry.flags.insert(.processed)
        if let before = alarms.log.append(entry) { alarms.unwritten.append(before.uniqueID) }
        alarms.unwritten.append(entry.uniqueID)
        let values = event.values(hostname: hostname)
        result.events.append(
            Event(event.condition, at: now, thread: "HEALTH", host: host.guid.description, values: values)
        )
        send(entry, nil, &alarms, &round)
    }

    private mutating func send(
        _ entry: AlarmEntry,
        _ place: Int?,
        _ alarms: inout HostAlarms,
        _ round: inout HealthRound
    ) {
        let values = ["alarm": "\(entry.chart).\(entry.name)", "status": entry.status.name]
        say(.alarmSending, values)
        var facts = NotificationFacts(
            registryHostname: host.identity.withLock { $0.registryHostname },
            nodeRegistryHostname: round.ownRegistryHostname,
            userConfigDirectory: round.userConfigDirectory,
            machineGUID: host.guid == round.ownGUID ? "" : host.guid.description
        )
        facts.others = alarms.alarms.filter { $0.isListed && $0.status.isRaised && $0.id != entry.alarmID }
            .map { .init(name: $0.name, status: $0.status, lastStatusChange: $0.lastStatusChange) }
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

extension HostSituation {
    fileprivate var presence: FoldedLoss.Presence {
        isConnected ? .connected(since: connectedAt, heard: max(heardAt, connectedAt)) : .away(cleanly: !hasVanished, since: goneAt)
    }
}

extension HostAlarms.Landscape {
    fileprivate init(_ database: borrowing HostDatabase) {
        self.init(places: [], hostVariables: Array(database.hostVariables.keys))
        for ref in database.refs where database.isDefined(ref) {
            guard let definition = database.definition(of: ref) else { continue }
            let place = ChartPlace(
                ref: ref,
                definition: definition,
                dimensions: database.dimensions(of: ref),
                variables: Array(database.variables(of: ref).keys)
            )
            places.append(place)
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
