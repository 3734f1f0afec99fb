import Basics
import Config
import Health
import Status
import Store
import System
import Testing
import Transport
import Web

@testable import Node

/// The table of endpoints about alarms, as the node brings it to the web.
@Suite struct HealthEndpointTests {
    private let scratch: Scratch
    private let service: WebService
    private let board: SilencerBoard
    private let key: String

    init() throws {
        scratch = try Scratch()
        let configuration = try scratch.configuration()
        try Files.makeDirectories(scratch.path + "/state/lib")
        let file = SilencerFile(path: configuration.directories.lib + "/health.silencers.json")
        board = SilencerBoard { (silencers) throws(SystemError) in try file.save(silencers) }
        let endpoints = HealthEndpoints(
            health: { _ in nil },
            silencers: board,
            defaults: {
                AlarmDefaults(handler: "/bin/true", configurationDirectory: "/etc", nodeRegistryHostname: "vm")
            },
            key: ManagementKey(configuration)
        )
        key = try scratch.read("state/lib/netdata.api.key")
        let host = Host(
            guid: GUID("11111111-aaaa-11ed-8000-0000000000aa")!,
            identity: HostIdentity(hostname: "own"),
            settings: HostSettings(),
            state: .local,
            at: 0
        )
        let context = WebContext(
            hosts: Hosts(local: host),
            clock: ManualClock(seconds: 1_795_734_000),
            facts: { NodeFacts(version: "1.2.3") }
        )
        // Those of the same commands that the web has stand behind.
        let own = Set(endpoints.table.map(\.command))
        service = WebService(
            context,
            endpoints: endpoints.table + WebEndpoints.table.filter { !own.contains($0.command) }
        )
    }

    private func get(_ target: String, key: String? = nil, rights: Rights = .all) -> (status: Int, text: String) {
        let fields = HTTPFields(key.map { [(name: "X-Auth-Token", value: $0)] } ?? [])
        let request = HTTPRequest(.get, "/api/v1/" + target, fields: fields, rights: rights)!
        let response = service.route(request).service(request)
        return (response.status, String(decoding: response.body, as: UTF8.self))
    }

    @Test func everyCommandIsServed() {
        #expect(get("alarms?all").text.contains("\"status\": false,\n\t\"now\": 1795734000,"))
        #expect(get("alarms_values").text == "{\n\t\"hostname\": \"own\",\n\t\"alarms\": {\n\n\t}\n}\n")
        #expect(get("alarm_log").text == "[\n]\n")
        #expect(get("alarm_count").text == "[0]\n")
        #expect(get("alarm_variables?chart=x").status == 404)
        #expect(get("alarms", rights: .management).status == 403)
    }

    @Test func onlyWhoHasTheKeyManages() throws {
        for wrong in [nil, "", "wrong", key.uppercased(), key + "0"] {
            let refused = get("manage/health?cmd=SILENCE%20ALL", key: wrong)
            #expect(refused.status == 403 && refused.text == "Auth Error\n")
        }
        #expect(board.generation == 0)
        let obeyed = get("manage/health?cmd=SILENCE%20ALL", key: key)
        #expect(obeyed.status == 200 && obeyed.text == "All alarm notifications are silenced\n")
        #expect(board.current.coversAll)
        #expect(try scratch.read("state/lib/health.silencers.json") == get("manage/health?cmd=LIST", key: key).text)
        #expect(get("manage/health?cmd=RESET", key: key, rights: .dashboard).status == 403)
    }
}
