import Basics
import Collection
public import Config
import Diagnostics
import Exporting
import Glibc
import NIOCore
import NIOPosix
import Status
import Store
import Streaming
import Synchronization
import System
import Transport
import Wire

/// What there is to say of a node that runs.
public struct Started: Sendable {
    /// Where it listens.
    public let places: [String]
    /// Why error.log can't be written, and which file that is; `nil` while all is well.
    public let logProblem: String?
}

/// A node, agent or parent, built from its configuration.
public final class Node: Sendable {
    /// Seconds after which the pages that only the start needed are given back.
    static let settledAfterSeconds: Int64 = 10
    /// Seconds between two rounds of cleaning up.
    static let housekeepingSeconds: Int64 = 60
    /// Microseconds that streams have to end in good order.
    static let farewell: Int64 = 2_000_000
    /// Seconds that writing the hosts' files may take at the end.
    static let savingSeconds: Int64 = 4
    /// Microseconds between two looks at whether they have.
    static let farewellStep: Int32 = 10_000

    /// What plugins and handlers are told; they know the original's.
    private static let pluginVersion = "v1.37.1"

    private let options: NodeOptions
    private let current: CurrentConfiguration
    private let clock: any Clock
    private let journal: Journal
    private let group: MultiThreadedEventLoopGroup
    private let pool: NIOThreadPool
    private let hosts: Hosts
    private let disk: DiskStore
    private let information: HostInformation
    private let parent: StreamParent
    private let keeper: HostKeeper
    private let sender: LocalSender
    private let proxies: Proxies
    private let encryption: Encryption
    private let exporters: Exporters
    private let health: NodeHealth
    private let services: NodeServices
    private let stopSwitch: CollectionLoop.Switch
    private let lock: DirectoryLock
    private let identityFindings: [Finding]

    /// Makes directories, machine GUID and logs, and puts the parts together; nothing runs yet.
    ///
    /// Must be called on the main thread, before any other thread exists: signals are blocked here.
    public init(_ options: NodeOptions, _ configuration: Configuration) throws(StartFailure) {
        Signals.block()
        Memory.limitArenas(options.role == .agent ? 1 : 2)
        if options.role == .parent { Memory.keepSome() }
        let clock = SystemClock()
        self.options = options
        self.clock = clock
        current = CurrentConfiguration(configuration)
        try NodeDirectories.make(configuration)
        lock = try NodeDirectories.lock(configuration)
        let (guid, identityFindings) = try MachineGUIDFile(configuration, adopts: options.adoptsGUID).obtain()
        self.identityFindings = identityFindings
        let journal = Journal(configuration)
        self.journal = journal
        information = HostInformation.read(root: configuration.global.hostPrefix)
        let cores = options.role == .agent ? 1 : configuration.web.threads ?? NIOCore.System.coreCount
        group = MultiThreadedEventLoopGroup(numberOfThreads: max(1, cores))
        pool = NIOThreadPool(numberOfThreads: 2)
        let local = Host(
            guid: guid,
            identity: HostIdentity(information, configuration, version: options.version),
            settings: HostSettings(configuration.database, isStreamed: configuration.stream.isActive),
            state: .local,
            at: clock.now()
        )
        do throws(SystemError) {
            disk = try DiskStore(
                cache: configuration.directories.cache,
                settings: configuration.database.diskEngine,
                clock: clock,
                reporter: journal
            )
        } catch {
            throw StartFailure(sentence: error.description, code: 74)
        }
        hosts = Hosts(local: local, disk: disk)
        keeper = HostKeeper(hosts: hosts, configuration: configuration, clock: clock, reporter: journal)
        let replicates = configuration.database.enableReplication
        let dialer = Dialer(pool: pool)
        let encryption = Encryption(clock: clock, reporter: journal)
        self.encryption = encryption
        let makeSender: Proxies.Make = { host, settings, eventLoop in
            var settings = settings
            settings.replication = replicates
            return Sender(
                host: host,
                settings: settings,
                eventLoop: eventLoop,
                dialer: dialer,
                encryption: encryption,
                clock: clock,
                reporter: journal,
                random: { SystemRandom.number() }
            )
        }
        proxies = Proxies(makeSender)
        parent = StreamParent(
            hosts: hosts,
            configuration: configuration,
            clock: clock,
            reporter: journal,
            journal: journal,
            proxies: proxies,
            recall: { [keeper] in keeper.recall($0) }
        )
        sender = LocalSender(configuration.stream) { [group] in makeSender(local, $0, group.next()) }
        do throws(SystemError) {
            exporters = try Exporters(
                hosts: hosts,
                clock: clock,
                reporter: journal,
                updateEvery: configuration.database.updateEvery
            )
        } catch {
            throw StartFailure(sentence: error.description, code: 74)
        }
        let information = information
        health = NodeHealth(configuration, hosts: hosts, clock: clock, journal: journal) { configuration in
            PluginEnvironment(
                configuration: configuration,
                information: information,
                version: Self.pluginVersion,
                uniqueID: guid.description
            ).variables(inherited: Environment.variables)
        }
        services = NodeServices(
            options: options,
            current: current,
            clock: clock,
            journal: journal,
            hosts: hosts,
            parent: parent,
            keeper: keeper,
            health: health,
            links: { [sender, proxies] in sender.links + proxies.links },
            exporters: exporters,
            group: group,
            pool: pool
        )
        do throws(SystemError) {
            stopSwitch = try CollectionLoop.Switch()
        } catch {
            throw StartFailure(sentence: error.description, code: 74)
        }
    }

    /// Runs until SIGTERM or SIGINT; the calling thread becomes the one that collects.
    ///
    /// - Parameter ready: called once when the node listens.
    public func run(ready: (Started) -> Void) throws(StartFailure) {
        pool.start()
        let configuration = current.value
        report(configuration.findings + identityFindings + configuration.trustFindings())
        // Before anybody comes: a child is the host it was.
        disk.open(for: configuration.memoryModes)
        disk.attach(hosts.local)
        keeper.load()
        disk.start()
        let places = try services.start()
        report(
            .nodeStarted,
            [
                "version": options.version, "role": options.role.rawValue, "guid": hosts.local.guid.description,
                "config": configuration.directories.config, "lib": configuration.directories.lib,
            ]
        )
        for finding in configuration.nodeTypeFindings { report(finding.condition, finding.values) }
        if !Compression.available() {
            report(.compressionTooOld, ["version": Compression.describe(version: Compression.libraryVersion)])
        }
        Signals.wait { [self] in handle($0) }
        sender.start()
        if configuration.stream.isEnabled, !sender.isActive { report(.senderNotConfigured) }
        export(configuration)
        evaluate { () throws(SystemError) in try health.start() }
        keepHouse()
        journal.watchLogs(at: clock.now())
        ready(Started(places: places, logProblem: journal.problem.map { "\($0.path): \($0.reason)" }))
        try collect(configuration)
        stop()
    }

    private func export(_ configuration: Configuration) {
        do throws(SystemError) {
            try exporters.apply(configuration.exporting)
        } catch {
            report(.exportingNotStarted, ["reason": error.description])
        }
    }

    private func evaluate(_ body: () throws(SystemError) -> Void) {
        do throws(SystemError) {
            try body()
        } catch {
            report(.healthNotStarted, ["reason": error.description])
        }
    }

    // MARK: Collecting

    private func collect(_ configuration: Configuration) throws(StartFailure) {
        let collector: Collector
        do throws(SystemError) {
            collector = try Collector(
                host: hosts.local,
                options: CollectionOptions(
                    settings: configuration.settings,
                    root: configuration.global.hostPrefix,
                    updateEvery: configuration.database.updateEvery
                ),
                clock: clock,
                reporter: journal,
                figures: { [services] in services.figures() },
                collectedAside: { [stopSwitch] in stopSwitch.wake() }
            )
        } catch {
            throw StartFailure(sentence: error.description, code: 74)
        }
        let plugins = Plugins(
            configuration: configuration,
            information: information,
            version: Self.pluginVersion,
            host: hosts.local,
            clock: clock,
            reporter: journal
        )
        let local = LocalRounds(host: hosts.local, sender: sender, clock: clock)
        CollectionLoop(
            stoppedBy: stopSwitch,
            clock: clock,
            plugins: plugins,
            ticking: [collector],
            afterRound: { local.finished() }
        ).run()
        collector.stop()
    }

    // MARK: Signals

    private func handle(_ signal: Signal) {
        switch signal {
        case .terminate, .interrupt: stopSwitch.stop()
        case .hangUp: reload()
        case .user1:
            sender.retryNow()
            proxies.retryNow()
        case .user2: evaluate { () throws(SystemError) in try health.reload() }
        }
    }

    private func reload() {
        journal.reopen()
        journal.watchLogs(at: clock.now())
        let configuration = options.loadConfiguration()
        if let error = configuration.findings.first(where: { $0.severity == .error }) {
            current.refuse(configuration)
            return report(.nodeReloadRefused, ["message": error.message, "place": error.whereToLook])
        }
        let changes = ConfigurationChanges(from: current.value, to: configuration)
        report(configuration.findings + configuration.trustFindings())
        current.value = configuration
        disk.open(for: configuration.memoryModes)
        try? Files.makeDirectories(configuration.directories.log)
        for problem in journal.update(configuration.logs) {
            report(.logNotMoved, ["path": problem.path, "reason": problem.reason])
        }
        parent.update(configuration)
        keeper.update(configuration)
        services.update(configuration)
        export(configuration)
        evaluate { () throws(SystemError) in try health.reload(configuration) }
        tell(changes)
        encryption.forget()
        if changes.concernsStream { sender.replace(configuration.stream) } else { sender.retryEncrypted() }
        proxies.retryEncrypted()
        report(.nodeReloaded, ["findings": String(configuration.problemCount)])
    }

    /// What of a reload does not count at once, and for whom.
    private func tell(_ changes: ConfigurationChanges) {
        for (condition, names) in [
            (Condition.countsAfterRestart, changes.afterRestart),
            (.countsFromNextConnection, changes.fromNextConnection),
        ] where !names.isEmpty {
            report(condition, ["options": ConfigurationChanges.line(names)])
        }
        if changes.concernsStream { report(.streamChanged) }
        for key in changes.disabledKeys {
            let masked = maskedKey(key.description)
            let connected = hosts.all().count { host in
                host.status.withLock { $0.state.isConnected && $0.connection?.key == masked }
            }
            if connected > 0 { report(.keyDisabledInService, ["key": masked, "count": String(connected)]) }
        }
    }

    private func stop() {
        report(.nodeStopping)
        exporters.stop()
        health.stop()
        services.stop()
        sender.stop()
        parent.stop()
        let deadline = clock.monotonic() + Self.farewell
        while parent.receiverCount + proxies.count > 0, clock.monotonic() < deadline {
            usleep(UInt32(Self.farewellStep))
        }
        disk.stop()
        keeper.saveAll(within: Self.savingSeconds)
        report(.nodeStopped)
    }

    // MARK: Housekeeping

    private func keepHouse() {
        let eventLoop = group.next()
        eventLoop.scheduleRepeatedTask(
            initialDelay: .seconds(Self.housekeepingSeconds),
            delay: .seconds(Self.housekeepingSeconds)
        ) { [self] _ in
            journal.watchLogs(at: clock.now())
            // Files are removed with their hosts.
            pool.submit { [self] _ in if keeper.cleanUp() { Memory.trim() } }
        }
        if current.value.web.isEnabled {
            eventLoop.scheduleRepeatedTask(
                initialDelay: .seconds(WebEncryption.lookSeconds),
                delay: .seconds(WebEncryption.lookSeconds)
            ) { [self] _ in services.lookAtCertificate() }
            eventLoop.scheduleRepeatedTask(
                initialDelay: .seconds(HostKeeper.sweepSeconds),
                delay: .seconds(HostKeeper.sweepSeconds)
            ) { [self] _ in
                pool.submit { [keeper] _ in keeper.sweep() }
            }
        }
        eventLoop.scheduleTask(in: .seconds(Self.settledAfterSeconds)) { [self] in
            // A parent's heap is in use by then, by those who came at once.
            pool.submit { [options] _ in
                if options.role == .agent { Memory.trim() }
                Memory.dropClean()
            }
        }
    }

    // MARK: Telling

    private func report(_ findings: [Finding]) {
        for finding in findings where finding.severity > .info {
            var values = finding.values
            values["file"] = values["file"] ?? finding.file
            report(finding.condition, values, thread: "CONFIG \(finding.whereToLook)")
        }
    }

    private func report(
        _ condition: Condition,
        _ values: [String: String] = [:],
        thread: String = "MAIN",
        host: Host? = nil
    ) {
        journal.report(
            Event(condition, at: clock.now(), thread: thread, host: host?.guid.description, values: values)
        )
    }
}

extension Configuration {
    /// The memory modes that hosts of this node may have.
    fileprivate var memoryModes: Set<MemoryMode> {
        Set(([database.mode] + peers.compactMap(\.mode?.value)).compactMap { MemoryMode(rawValue: $0.rawValue) })
    }
}
