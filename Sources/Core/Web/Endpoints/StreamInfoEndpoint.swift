import Basics
import Status
import Store
import Synchronization
import Transport

/// `/api/v3/stream_info`: what newer children ask a parent before they connect (streaming protocol §17.5).
enum StreamInfoEndpoint {
    @Sendable static func answer(_ request: EndpointRequest) -> HTTPResponse {
        let hosts = request.context.hosts
        let asked = request.http["machine_guid"].flatMap { GUID($0) }
        let host = asked.flatMap { hosts.host(guid: $0) }
        var json = JSONWriter()
        json.object { json in
            json.member("version", 1)
            json.member("status", host == nil ? 404 : 200)
            json.member("host_id", hosts.local.guid.description)
            json.member("nodes", hosts.count)
            json.member("receivers", request.context.facts().receivers)
            json.member("nonce", request.context.random())
            if let host { describe(host, isLocal: host === hosts.local, request.context.clock, &json) }
        }
        return HTTPResponse(contentType: ContentType.json, body: json.bytes)
    }

    private static func describe(_ host: Host, isLocal: Bool, _ clock: any Clock, _ json: inout JSONWriter) {
        let state = host.status.withLock {
            $0.shownState(updateEvery: host.settings.updateEvery, monotonic: clock.monotonic())
        }
        let (first, last) = host.withDatabase { ($0.firstStored, $0.lastUpdated) }
        let isFresh = state == .local || state == .live || state == .replicating
        json.member("db_status", "online")
        json.member("db_liveness", isFresh ? "live" : "stale")
        json.member("ingest_type", isLocal ? "localhost" : state == .archived ? "archived" : "child")
        json.member("ingest_status", word(state))
        json.member("first_time_s", first)
        json.member("last_time_s", last)
    }

    private static func word(_ state: HostState) -> String {
        switch state {
        case .local, .live, .stale: "online"
        case .connecting: "initializing"
        case .replicating: "replicating"
        case .archived: "archived"
        case .down, .conflict, .expiring, .rejected, .unknown: "offline"
        }
    }
}
