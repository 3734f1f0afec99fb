import Basics
import Diagnostics
public import Store
import Synchronization
public import Transport

/// What a node answers about the alarms of one host (web API §8.5). Each is a function of a request.
public struct HealthAnswers: Sendable {
    private let host: Host
    private let health: HostHealth?
    private let defaults: AlarmDefaults
    private let now: Int

    /// - Parameters:
    ///   - health: of the host; `nil` where health was never on for it.
    ///   - now: Unix seconds.
    public init(_ host: Host, _ health: HostHealth?, defaults: AlarmDefaults, now: Int) {
        self.host = host
        self.health = health
        self.defaults = defaults
        self.now = now
    }

    /// `alarms`: all about those that are raised, or about all.
    public func alarms(_ request: HTTPRequest) -> HTTPResponse {
        HTTPResponse(contentType: HTTPResponse.json, body: document(request).full())
    }

    /// `alarms_values`: what changes of the same.
    public func values(_ request: HTTPRequest) -> HTTPResponse {
        HTTPResponse(contentType: HTTPResponse.json, body: document(request).values())
    }

    /// `alarm_log`: newest first; `after` a number of an entry, of a `chart`.
    public func log(_ request: HTTPRequest) -> HTTPResponse {
        // A number that is none is 0, and one too large is after all of them.
        let after = request["after"].map { text in Int(text).map { UInt32(clamping: $0) } ?? 0 } ?? 0
        let entries = health?.entries(after: after, chart: request["chart"]) ?? []
        let identity = host.identity.withLock { $0 }
        return HTTPResponse(
            contentType: HTTPResponse.json,
            body: AlarmLogDocument(identity, entries, defaults: defaults).json(),
            isCacheable: true
        )
    }

    /// `alarm_count`: how many have a `status`, in some contexts.
    public func count(_ request: HTTPRequest) -> HTTPResponse {
        let count = AlarmCount(request.parameters).count(health?.alarms ?? [])
        return HTTPResponse(contentType: HTTPResponse.json, body: Array("[\(count)]\n".utf8))
    }

    /// `alarm_variables`: what alarms of a `chart` may name.
    public func variables(_ request: HTTPRequest) -> HTTPResponse {
        guard let name = request["chart"] else { return .text(400, "No chart id is given at the request.") }
        let (id, hostVariables) = host.withDatabase { database in
            (database.find(name).flatMap { database.definition(of: $0)?.id }, database.hostVariables)
        }
        let charts = host.take { database, ref in
            database.snapshot(of: ref).map { AlarmVariables.Chart(snapshot: $0, latest: database.latest(of: ref)) }
        }
        let variables = id.flatMap { id in
            AlarmVariables(
                of: id,
                hostname: host.hostname,
                charts: charts,
                alarms: health?.alarms ?? [],
                hostVariables: hostVariables
            )
        }
        guard let variables else {
            return .text(404, Condition.chartNotFound.render(["chart": htmlEscaped(name)]))
        }
        return HTTPResponse(contentType: HTTPResponse.json, body: variables.json(), isCacheable: true)
    }

    private func document(_ request: HTTPRequest) -> AlarmsDocument {
        let head = AlarmsDocument.Head(
            hostname: host.hostname,
            latestUniqueID: health?.latestUniqueID ?? 0,
            isOn: health?.isOn ?? false,
            now: now
        )
        return AlarmsDocument(head, AlarmsDocument.asked(request, health?.alarms ?? []), defaults: defaults)
    }
}
