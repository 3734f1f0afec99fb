import Basics
import Config
import Diagnostics
import Status
import Store
import Synchronization
import System
import Transport
import Wire

/// The hosts that children stream: made with the first request, brought up to date with each other one.
extension StreamParent {
    /// The host of a request: the one that is known under its GUID, brought up to date, or a new one.
    func host(
        _ admitted: Admitted,
        _ settings: ReceiverSettings,
        _ configuration: Configuration,
        _ connection: StreamConnection,
        task: Int
    ) -> Host {
        let request = admitted.request
        let peer = connection.peer
        let thread = "STREAM_RECEIVER[\(request.hostname ?? ""),\(peer)]"
        report(.receiverCreated, peer, ["host": request.hostname ?? "", "task": String(task)], thread: thread)
        var identity = HostIdentity(request)
        identity.tags = settings.hostTags ?? identity.tags
        let hostSettings = HostSettings(
            mode: MemoryMode(rawValue: settings.mode.rawValue) ?? .ram,
            history: settings.history,
            updateEvery: settings.updateEvery ?? request.updateEvery ?? configuration.database.updateEvery,
            gapWhenLostIterationsAbove: configuration.database.gapWhenLostIterationsAbove,
            futureLimitSeconds: Int64(configuration.database.futureLimitSeconds)
        )
        if let known = hosts.host(guid: admitted.machine) ?? recall(admitted.machine).map(hosts.add) {
            update(known, to: identity, peer, thread: thread)
            apply(hostSettings, to: known, peer, thread: thread)
            return known
        }
        let host = hosts.add(
            Host(
                guid: admitted.machine,
                identity: identity,
                settings: hostSettings,
                state: .connecting,
                at: clock.now()
            )
        )
        let values = HostInitialized.values(host, identity, settings, configuration)
        report(.hostInitialized, peer, values, thread: thread, machine: host.guid)
        let more = [
            "health": settings.health == .auto ? "auto" : values["health"] ?? "",
            "encryption": connection.tls == nil ? "" : " SSL,",
        ]
        let willing = values.merging(more) { $1 }
        report(.receiverWilling, peer, willing, thread: thread, machine: host.guid)
        return host
    }

    private func update(_ host: Host, to identity: HostIdentity, _ peer: Peer, thread: String) {
        let values = ["host": identity.hostname]
        if let before = hosts.rename(host, to: identity.hostname) {
            host.status.withLock { $0.hostnameBefore = before }
            report(
                .hostRenamed,
                peer,
                values.merging(["before": before]) { $1 },
                thread: thread,
                machine: host.guid
            )
        }
        let before = host.identity.withLock { known in
            let before = known
            // Labels and the claim come with the stream, as its first lines.
            known = identity
            known.labels = before.labels
            known.claimID = before.claimID
            known.formerHostname = before.formerHostname
            return before
        }
        func tell(_ condition: Condition, _ before: String, _ now: String) {
            guard before != now else { return }
            let changed = values.merging(["before": before, "version": now]) { $1 }
            report(condition, peer, changed, thread: thread, machine: host.guid)
        }
        tell(.programNameChanged, before.programName, identity.programName)
        tell(.programChanged, before.programVersion, identity.programVersion)
    }

    /// A history, memory mode or update every that was changed since the connection before counts from this one on
    /// (design, "Signals"). The points stay as far as the new settings keep them.
    ///
    /// The original's three lines that ask for a restart are never true here: everything lives in memory, where all of it
    /// can be changed.
    private func apply(_ wanted: HostSettings, to host: Host, _ peer: Peer, thread: String) {
        let before = host.settings
        guard before != wanted else { return }
        host.reconfigure(wanted)
        // It writes what there is of the host, and the event loop must not wait for a disk.
        if before.mode != wanted.mode, let disk = hosts.disk { Threads.start(name: "DBENGINE") { disk.change(host) } }
        func tell(_ what: String, _ before: String, _ now: String) {
            guard before != now else { return }
            let values = ["host": host.hostname, "what": what, "before": before, "wanted": now]
            report(.hostReconfigured, peer, values, thread: thread, machine: host.guid)
        }
        tell("update every", String(before.updateEvery), String(wanted.updateEvery))
        tell("history", String(before.history), String(wanted.history))
        tell("memory mode", before.mode.rawValue, wanted.mode.rawValue)
    }
}

/// The values of the line that a new host is announced with (streaming protocol §16.4).
enum HostInitialized {
    static func values(
        _ host: Host,
        _ identity: HostIdentity,
        _ settings: ReceiverSettings,
        _ configuration: Configuration
    ) -> [String: String] {
        let guid = host.guid.description
        let proxy = settings.proxy
        let isStreamedOn = SenderSettings(proxy, configuration.stream) != nil
        return [
            "host": identity.hostname, "registry": identity.registryHostname, "guid": guid, "os": identity.os,
            "timezone": identity.timezone, "tags": identity.tags, "program": identity.programName,
            "version": identity.programVersion, "update": String(host.settings.updateEvery),
            "mode": host.settings.mode.rawValue, "history": String(host.settings.history),
            "streaming": isStreamedOn ? "enabled" : "disabled", "destination": proxy.destinationText,
            "key": proxy.apiKey.map { maskedKey($0.description) } ?? "",
            "health": settings.health == .no ? "disabled" : "enabled",
            "cache": configuration.directories.cache + "/" + guid, "lib": configuration.directories.lib + "/" + guid,
            "healthlog": "", "handler": "", "recipient": "",
        ]
    }
}

extension HostIdentity {
    /// Who a child says it is (streaming protocol §2).
    init(_ request: StreamRequest) {
        self.init(
            hostname: request.hostname ?? "",
            registryHostname: request.registryHostname,
            os: request.os,
            timezone: request.timezone,
            abbreviatedTimezone: request.abbreviatedTimezone,
            utcOffset: request.utcOffset,
            tags: request.tags ?? "",
            programName: request.programName,
            programVersion: request.programVersion,
            hops: request.hops,
            systemInformation: request.systemInformation.map { ($0.name, $0.value) }
        )
    }
}
