import Collection
import Config
import Store

extension HostIdentity {
    /// This machine, as it is shown and streamed.
    init(_ information: HostInformation, _ configuration: Configuration, version: String) {
        let timezone = configuration.global.timezone
        let streamsTo = configuration.stream.isActive ? configuration.stream.destinationText : nil
        let found = information.labels(isParent: configuration.role == .parent, streamsTo: streamsTo)
        self.init(
            hostname: configuration.global.hostname,
            registryHostname: configuration.global.registryHostname,
            os: "linux",
            timezone: timezone.isEmpty ? information.timezone : timezone,
            abbreviatedTimezone: information.abbreviatedTimezone,
            utcOffset: information.utcOffset,
            programName: "ndstream",
            programVersion: version,
            systemInformation: information.environment,
            labels: found.map { Label(key: $0.key, value: $0.value, source: $0.source) }
                + configuration.hostLabels.map { Label(key: $0.name, value: $0.value, source: 2) }
        )
    }
}

extension HostSettings {
    /// The own host's, from `[db]`.
    ///
    /// - Parameter isStreamed: without a parent nobody ever asks for what a ring keeps.
    init(_ database: DatabaseSettings, isStreamed: Bool) {
        self.init(
            mode: MemoryMode(rawValue: database.mode.rawValue) ?? .ram,
            history: database.retention,
            updateEvery: database.updateEvery,
            gapWhenLostIterationsAbove: database.gapWhenLostIterationsAbove,
            futureLimitSeconds: Int64(database.futureLimitSeconds),
            ringSeconds: isStreamed && database.enableReplication ? database.replicationRingSeconds : 0
        )
    }
}
