import Basics
import Config
import Health
import Status
import Store
import System
import Transport
import Web

@testable import Node

/// The endpoints about alarms as the node brings them to the web, and a management key. Its hosts have no alarms.
struct HealthBench {
    let scratch: Scratch
    let board: SilencerBoard
    let hosts: Hosts
    let service: WebService
    /// What `X-Auth-Token` has to be.
    let key: String

    /// - Parameter others: GUIDs and names of mirrored hosts.
    init(hostname: String, others: [(guid: String, hostname: String)] = []) throws {
        scratch = try Scratch()
        let configuration = try scratch.configuration()
        try Files.makeDirectories(scratch.path + "/state/lib")
        let file = SilencerFile(path: configuration.directories.lib + "/health.silencers.json")
        board = SilencerBoard { (silencers) throws(SystemError) in try file.save(silencers) }
        let endpoints = HealthEndpoints(
            health: { _ in nil },
            silencers: board,
            defaults: {
                AlarmDefaults(handler: "/bin/true", configurationDirectory: "/etc", nodeRegistryHostname: hostname)
            },
            key: ManagementKey(configuration)
        )
        key = try scratch.read("state/lib/netdata.api.key")
        hosts = Hosts(local: Self.host("11111111-aaaa-11ed-8000-0000000000aa", hostname, .local))
        for other in others { _ = hosts.add(Self.host(other.guid, other.hostname, .archived)) }
        let context = WebContext(
            hosts: hosts,
            clock: ManualClock(seconds: 1_795_734_000),
            facts: { NodeFacts(version: "1.2.3") }
        )
        service = WebService(context, endpoints: WebEndpoints.table + endpoints.table)
    }

    private static func host(_ guid: String, _ hostname: String, _ state: HostState) -> Host {
        Host(
            guid: GUID(guid)!,
            identity: HostIdentity(hostname: hostname),
            settings: HostSettings(),
            state: state,
            at: 0
        )
    }
}
