public import Basics
public import Diagnostics
import Glibc
import Status
public import Store
import Synchronization
public import System

/// Where the lines of health.log go.
public protocol HealthJournal: Sendable {
    /// A line of health.log; see `Catalogue.alarms`.
    func health(_ event: Event)
}

/// What the alarms of a node are evaluated by.
public struct HealthPolicy: Sendable {
    /// Of the node's own host; mirrored hosts have settings of their own.
    public var isEnabled = true
    /// Of all hosts.
    public var definitions: [AlarmDefinition] = []
    /// The program that notifies where a rule names none; empty: nobody is told.
    public var handler = ""
    /// Seconds between notifications of a status that stays, where a rule doesn't say; 0 is never.
    public var repetition = AlarmDefinition.Repetition()
    /// Whether the notifications of a lost child become one.
    public var foldsLostChildren = true
    public var runAtLeastEverySeconds = 10
    public var hibernationSeconds = 60
    /// Entries of a host's log in memory.
    public var logEntries = 1000
    /// Lines of a log's file.
    public var logLines = 2000
    /// `LIBDIR`, where logs are kept, and the directory of `edit-config`.
    public var libDirectory = ""
    public var userConfigDirectory = ""

    public init() {}
}

/// Evaluates the alarms of all hosts: one thread, once a second.
///
/// A host's alarms are behind a lock of their own (``HostHealth``); its database is locked for copying only. Handlers run
/// elsewhere (``Notifier``), so that no host waits for another's.
public final class HealthService: Sendable {
    /// Microseconds after a full second at which alarms are looked at: what was collected in it should be in.
    private static let offset: Int64 = 400_000
    /// A step of the wall clock beyond that of the other clock by which the machine must have slept, microseconds.
    private static let sleep: Int64 = 10 * microsecondsPerSecond

    private let hosts: Hosts
    private let clock: any Clock
    private let reporter: any Reporter
    private let journal: any HealthJournal
    private let silencers: SilencerBoard
    private let notifier: Notifier?
    private let wakeup: Wakeup
    private let state: Mutex<State>
    /// Apart from the rest: writing may wait for a disk.
    private let files = Mutex<[GUID: AlarmLogFile]>([:])

    private struct State: Sendable {
        var policy: HealthPolicy
        var book: RuleBook
        var known: [GUID: HostHealth] = [:]
        var hasThread = false
        var isStopped = false
        var isReloaded = false
        var lastLook: (now: Int64, monotonic: Int64)?
    }

    /// - Parameters:
    ///   - reporter: gets lines of error.log; `journal` those of health.log.
    ///   - notifier: `nil` where nobody is ever told.
    /// - Throws: when no descriptor is left.
    public init(
        hosts: Hosts,
        policy: HealthPolicy,
        silencers: SilencerBoard,
        notifier: Notifier?,
        clock: any Clock,
        reporter: any Reporter,
        journal: any HealthJournal
    ) throws(SystemError) {
        self.hosts = hosts
        self.silencers = silencers
        self.notifier = notifier
        self.clock = clock
        self.reporter = reporter
        self.journal = journal
        wakeup = try Wakeup()
        state = Mutex(State(policy: policy, book: RuleBook(policy.definitions)))
    }

    /// Begins to look at hosts.
    public func start() {
        let isFirst = state.withLock { state in
            defer { state.hasThread = true }
            return !state.hasThread
        }
        if isFirst { Threads.start(name: "HEALTH") { [self] in run() } }
    }

    /// Other rules and settings from now on: all alarms begin anew.
    public func reload(_ policy: HealthPolicy) {
        let book = RuleBook(policy.definitions)
        state.withLock { state in
            state.policy = policy
            state.book = book
            state.isReloaded = true
        }
    }

    /// Ends the thread; what changed is in the files.
    public func stop() {
        state.withLock { $0.isStopped = true }
        wakeup.signal()
    }

    /// The alarms of a host; `nil` where health was never on for it.
    public func health(of host: Host) -> HostHealth? { state.withLock { $0.known[host.guid] } }

    /// How a handler ended.
    public func ended(_ notification: Notification, _ outcome: Notification.Outcome) {
        guard let guid = GUID(notification.host), let health = state.withLock({ $0.known[guid] }) else { return }
        health.withState {
            $0.alarms.noteEnd(of: notification.entry, code: outcome.exitCode, failed: outcome.isFailure)
        }
    }

    private func run() {
        while state.withLock({ !$0.isStopped }) {
            look()
            let past = (clock.now() - Self.offset) % microsecondsPerSecond
            var ready = pollfd(fd: wakeup.descriptor, events: Int16(POLLIN), revents: 0)
            poll(&ready, 1, Int32((microsecondsPerSecond - past + 999) / 1000))
        }
    }

    /// One look at all hosts. The thread does so; without ``start()`` whoever drives the time does.
    public func look() {
        let now = clock.now()
        let (isReloaded, policy, book) = state.withLock { state in
            defer { state.isReloaded = false }
            return (state.isReloaded, state.policy, state.book)
        }
        var round = round(policy, book, now)
        let slept = hasSlept(now)
        let all = hosts.all()
        forget()
        for host in all {
            guard state.withLock({ !$0.isStopped }) else { return }
            let situation = situation(of: host)
            guard let health = health(of: host, situation, now) else { continue }
            if isReloaded { say(.healthReloads, host, now) }
            if slept, health.isOn { postpone(health, now) }
            settle(health.pass(situation, &round), health)
        }
    }

    private func round(_ policy: HealthPolicy, _ book: RuleBook, _ now: Int64) -> HealthRound {
        let generation = silencers.generation
        return HealthRound(
            book: book,
            settings: AlarmSettings(
                handler: HandlerDefaults(path: policy.handler, recipient: "root"),
                repetition: policy.repetition
            ),
            silencers: silencers.current,
            silencersGeneration: generation,
            folds: policy.foldsLostChildren,
            runAtLeastEvery: policy.runAtLeastEverySeconds,
            userConfigDirectory: policy.userConfigDirectory,
            ownGUID: hosts.local.guid,
            ownRegistryHostname: hosts.local.identity.withLock { $0.registryHostname },
            now: now
        )
    }

    // MARK: Hosts

    private func situation(of host: Host) -> HostSituation {
        guard host !== hosts.local else {
            let isEnabled = state.withLock { $0.policy.isEnabled }
            host.status.withLock { $0.health = isEnabled ? "on" : "off" }
            var own = HostSituation(attention: isEnabled ? .always : .off)
            own.isOwn = true
            return own
        }
        let isEphemeral = host.isLabelledEphemeral
        return host.status.withLock { HostSituation($0, isLabelledEphemeral: isEphemeral) }
    }

    /// Those that health is on for get their alarms, with the log of an earlier run.
    private func health(of host: Host, _ situation: HostSituation, _ now: Int64) -> HostHealth? {
        let (known, policy) = state.withLock { ($0.known[host.guid], $0.policy) }
        if let known, known.host === host { return known }
        guard situation.attention != .off else { return nil }
        let isOwn = host === hosts.local
        var file = AlarmLogFile(
            directory: AlarmLogFile.directory(lib: policy.libDirectory, machineGUID: isOwn ? nil : host.guid),
            hostname: host.hostname,
            host: host.guid.description,
            linesAtMost: policy.logLines,
            entriesAtMost: policy.logEntries,
            clock: clock,
            reporter: reporter
        )
        let second = Int(now / microsecondsPerSecond)
        let entries = file.load()
        let log = AlarmLog(now: second, limit: policy.logEntries, entries: entries)
        let last = entries.last(where: FoldedLoss.isEvent)
        let health = HostHealth(host: host, log: log, last: last, isOwn: isOwn)
        files.withLock { $0[host.guid] = file }
        state.withLock { $0.known[host.guid] = health }
        host.alarms = health
        return health
    }

    /// Lets go of hosts that the node doesn't have any more: with its alarms one would keep its whole database.
    private func forget() {
        let known = state.withLock { Array($0.known.values) }
        for health in known where hosts.host(guid: health.host.guid) !== health.host {
            let guid = health.host.guid
            files.withLock { $0[guid] = nil }
            state.withLock { $0.known[guid] = nil }
            // Each holds the other.
            health.host.alarms = nil
        }
    }

    // MARK: What comes of a pass

    private func settle(_ result: PassResult, _ health: HostHealth) {
        for event in result.log { journal.health(event) }
        for event in result.events { reporter.report(event) }
        for notification in result.notifications {
            if notifier?.send(notification) != true { ended(notification, .stopped) }
        }
        let isIdle = result.new.isEmpty && result.updated.isEmpty
        files.withLock { files in
            guard !isIdle || files[health.host.guid]?.isBehind == true else { return }
            _ = files[health.host.guid]?.append(new: result.new, updated: result.updated) { health.allEntries }
        }
    }

    // MARK: Sleep

    private func hasSlept(_ now: Int64) -> Bool {
        let monotonic = clock.monotonic()
        return state.withLock { state in
            defer { state.lastLook = (now, monotonic) }
            guard let last = state.lastLook else { return false }
            let (passed, lived) = (now - last.now, monotonic - last.monotonic)
            return passed > 2 * lived && passed - lived > Self.sleep
        }
    }

    private func postpone(_ health: HostHealth, _ now: Int64) {
        let seconds = state.withLock { $0.policy.hibernationSeconds }
        guard seconds > 0 else { return }
        health.withState { $0.attendance.postpone(until: Int(now / microsecondsPerSecond) + seconds) }
        say(.healthHibernation, health.host, now, ["seconds": "\(seconds)"])
    }

    private func say(_ condition: Condition, _ host: Host, _ now: Int64, _ values: [String: String] = [:]) {
        var values = values
        values["host"] = host.hostname
        journal.health(Event(condition, at: now, thread: "HEALTH", host: host.guid.description, values: values))
    }
}
