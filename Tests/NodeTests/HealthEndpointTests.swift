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
    private let bench: HealthBench

    init() throws { bench = try HealthBench(hostname: "own") }

    private func get(_ target: String, key: String? = nil, rights: Rights = .all) -> (status: Int, text: String) {
        let fields = HTTPFields(key.map { [(name: "X-Auth-Token", value: $0)] } ?? [])
        let request = HTTPRequest(.get, "/api/v1/" + target, fields: fields, rights: rights)!
        let response = bench.service.route(request).service(request)
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
        let key = bench.key
        for wrong in [nil, "", "wrong", key.uppercased(), key + "0"] {
            let refused = get("manage/health?cmd=SILENCE%20ALL", key: wrong)
            #expect(refused.status == 403 && refused.text == "Auth Error\n")
        }
        #expect(bench.board.generation == 0)
        let obeyed = get("manage/health?cmd=SILENCE%20ALL", key: key)
        #expect(obeyed.status == 200 && obeyed.text == "All alarm notifications are silenced\n")
        #expect(bench.board.current.coversAll)
        let saved = try bench.scratch.read("state/lib/health.silencers.json")
        #expect(saved == get("manage/health?cmd=LIST", key: key).text)
        #expect(get("manage/health?cmd=RESET", key: key, rights: .dashboard).status == 403)
    }
}
