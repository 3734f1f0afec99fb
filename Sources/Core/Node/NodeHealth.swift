import Basics
import Collection
import Config
import Diagnostics
import Glibc
import Health
import Store
import Synchronization
import System

/// The alarms of a node: reads health.d, evaluates, and runs handlers.
///
/// Nothing of it runs while no host of the configuration has health on: a headless agent has no thread more for it.
final class NodeHealth: Sendable {
    let silencers: SilencerBoard
    private let hosts: Hosts
    private let clock: any Clock
    private let journal: Journal
    /// `NAME=value` of handlers, as plugins have it.
    private let environment: @Sendable (Configuration) -> [String]
    private let state: Mutex<State>

    private struct State: Sendable {
        var configuration: Configuration
        var service: HealthService?
        var notifier: Notifier?
        var methods = ""
    }

    init(
        _ configuration: Configuration,
        hosts: Hosts,
        clock: any Clock,
        journal: Journal,
        environment: @escaping @Sendable (Configuration) -> [String]
    ) {
        self.hosts = hosts
        self.clock = clock
        self.journal = journal
        self.environment = environment
        state = Mutex(State(configuration: configuration))
        let file = SilencerFile(path: configuration.health.silencersFile)
        let (kept, finding) = file.load()
        silencers = SilencerBoard(kept) { (new) throws(SystemError) in try file.save(new) }
        if let finding { report([finding]) }
    }

    /// The alarms of a host; `nil` where health was never on for it.
    func health(of host: Host) -> HostHealth? { state.withLock { $0.service }?.health(of: host) }

    /// Over which ways the handler would tell somebody, in its own words; empty until it has said so.
    var notificationMethods: String { state.withLock { $0.methods } }

    /// For the API.
    var defaults: AlarmDefaults {
        let settings = state.withLock { $0.configuration }.health
        return AlarmDefaults(
            handler: Self.handler(settings),
            configurationDirectory: settings.configDirectory,
            nodeRegistryHostname: hosts.local.identity.withLock { $0.registryHostname }
        )
    }

    func start() throws(SystemError) {
        let configuration = state.withLock { $0.configuration }
        guard configuration.mayHaveAlarms else { return }
        let link = Link()
        let notifier = try Notifier(
            limits: Self.limits(configuration.health),
            environment: environment(configuration),
            clock: clock,
            reporter: journal,
            ended: { link.ended($0, $1) }
        )
        let service = try HealthService(
            hosts: hosts,
            policy: policy(configuration),
            silencers: silencers,
            notifier: notifier,
            clock: clock,
            reporter: journal,
            journal: journal
        )
        link.service.withLock { $0 = service }
        state.withLock { ($0.service, $0.notifier) = (service, notifier) }
        service.start()
        askForMethods(configuration)
    }

    /// It is another program, and takes its time.
    private func askForMethods(_ configuration: Configuration) {
        let handler = Self.handler(configuration.health)
        let environment = environment(configuration)
        Threads.start(name: "HEALTH_METHODS") { [self] in
            let methods = NotificationMethods.ask(handler, environment: environment)
            state.withLock { $0.methods = methods }
        }
    }

    /// Reads health.d again; what is new of the configuration counts.
    func reload(_ configuration: Configuration) throws(SystemError) {
        let (service, notifier) = state.withLock { state in
            state.configuration = configuration
            return (state.service, state.notifier)
        }
        guard let service else { return try start() }
        notifier?.setEnvironment(environment(configuration))
        service.reload(policy(configuration))
        askForMethods(configuration)
    }

    /// Reads health.d again.
    func reload() throws(SystemError) { try reload(state.withLock { $0.configuration }) }

    func stop() {
        let (service, notifier) = state.withLock { ($0.service, $0.notifier) }
        service?.stop()
        notifier?.stop()
    }

    private func policy(_ configuration: Configuration) -> HealthPolicy {
        let settings = configuration.health
        let catalog = HealthCatalog(settings)
        report(catalog.findings)
        var policy = HealthPolicy()
        policy.isEnabled = settings.isEnabled
        policy.definitions = catalog.definitions
        policy.handler = Self.handler(settings)
        policy.repetition.warning = settings.repeatWarning
        policy.repetition.critical = settings.repeatCritical
        policy.foldsLostChildren = settings.foldsLostChildren
        policy.runAtLeastEverySeconds = settings.evaluatesAtLeastEvery
        policy.hibernationSeconds = settings.postponesAfterHibernation
        policy.logEntries = settings.entriesInMemory
        policy.logLines = settings.linesPerLogFile
        policy.libDirectory = settings.stateDirectory
        policy.userConfigDirectory = settings.configDirectory
        return policy
    }

    private static func handler(_ settings: HealthSettings) -> String {
        settings.handler { access($0, X_OK) == 0 } ?? ""
    }

    private static func limits(_ settings: HealthSettings) -> Notifier.Limits {
        var limits = Notifier.Limits()
        limits.seconds = Int64(settings.notificationTimeout)
        return limits
    }

    private func report(_ findings: [Finding]) {
        for finding in findings where finding.severity > .info {
            journal.report(
                Event(
                    finding.condition,
                    at: clock.now(),
                    thread: "HEALTH \(finding.whereToLook)",
                    values: finding.values
                )
            )
        }
    }
}

/// What the notifier tells of handlers that have ended, once there is somebody to tell.
private final class Link: Sendable {
    let service = Mutex<HealthService?>(nil)

    func ended(_ notification: Health.Notification, _ outcome: Health.Notification.Outcome) {
        service.withLock { $0 }?.ended(notification, outcome)
    }
}
