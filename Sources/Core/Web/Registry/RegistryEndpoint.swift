import Basics
import Config
import Store
import Synchronization
import Transport

/// `/api/v1/registry` (web API §10): `hello` says who this node is and which registry it uses; all else is for a registry.
enum RegistryEndpoint {
    @Sendable static func answer(_ request: EndpointRequest) -> HTTPResponse {
        let settings = request.context.facts().settings
        if settings.boolean("web", "respect do not track policy"), request.http.fields["DNT"] == "1" {
            return .text(
                400,
                "Your web browser is sending 'DNT: 1' (Do Not Track). The registry requires persistent cookies on your browser "
                    + "to work."
            )
        }
        guard let asked = RegistryRequest(request.http) else {
            return .text(
                400,
                "Invalid registry request - you need to set an action: hello, access, delete, search"
            )
        }
        guard request.http.rights.contains(asked.action == .hello ? .dashboard : .registry) else { return .forbidden }
        guard asked.isComplete else { return .text(400, asked.action.complaint) }
        guard asked.action != .hello else { return hello(request) }
        guard let keeper = request.context.registry else {
            return reply(request, asked, status: "disabled", registry: true)
        }
        return RegistryVisit(request: request, asked: asked, keeper: keeper).answer()
    }

    /// Whether it neither reads nor writes what others wait for.
    @Sendable static func isLight(_ request: EndpointRequest) -> Bool {
        request.context.registry == nil || request.http["action"] == "hello"
    }

    private static func hello(_ request: EndpointRequest) -> HTTPResponse {
        var body = head(request, action: "hello", status: "ok", registry: true)
        // Without an address of the cloud Netdata's React dashboard draws no chart, and the older one loads a page from
        // there: from this one neither gets further than an empty page.
        body.append(",\n\t\"cloud_base_url\": \"about:blank#\",\n\t\"anonymous_statistics\": false\n}\n")
        return HTTPResponse(contentType: ContentType.json, body: body)
    }

    fileprivate static func reply(
        _ request: EndpointRequest,
        _ asked: RegistryRequest,
        code: Int = 200,
        status: String,
        registry: Bool = false,
        _ more: (inout [UInt8]) -> Void = { _ in }
    ) -> HTTPResponse {
        var body = head(request, action: asked.action.rawValue, status: status, registry: registry)
        more(&body)
        body.append("\n}\n")
        return HTTPResponse(status: code, contentType: ContentType.json, body: body)
    }

    /// The registry that a dashboard is sent to. Unless somebody names one that is this node itself: whose dashboard tells a
    /// stranger its hosts' names and addresses should have asked for it.
    fileprivate static func announced(_ settings: Settings) -> String {
        settings.explicit("registry", "registry to announce")?.value ?? ""
    }

    private static func head(
        _ request: EndpointRequest,
        action: String,
        status: String,
        registry: Bool
    ) -> [UInt8] {
        var members = [
            ("action", action), ("status", status),
            ("hostname", request.host.identity.withLock { $0.registryHostname }),
            ("machine_guid", request.host.guid.description),
        ]
        if registry {
            members.append(("registry", announced(request.context.facts().settings)))
        }
        var body: [UInt8] = []
        for (index, member) in members.enumerated() {
            body.append(index == 0 ? "{\n\t" : ",\n\t")
            body.append(quoted: member.0)
            body.append(": ")
            body.append(quoted: member.1)
        }
        return body
    }
}

/// One request to a registry that there is.
private struct RegistryVisit {
    let request: EndpointRequest
    let asked: RegistryRequest
    let keeper: RegistryKeeper

    func answer() -> HTTPResponse {
        let cookie = RegistryCookie(request.http.fields)
        let now = request.context.now
        switch asked.action {
        case .access:
            if cookie == .none, keeper.settings.verifiesCookies { return trial(now) }
            let texts = RegistryTexts(longestURL: keeper.settings.longestURL, longestName: keeper.settings.longestName)
            let newcomer = GUID(random: (0..<4).flatMap { _ in bytes(of: request.context.random()) })
            return reply(
                keeper.change { $0.access(asked, by: cookie.person, newcomer: newcomer, now: now, text: texts) },
                now
            )
        case .delete: return reply(keeper.change { $0.delete(asked, by: cookie.person, now: now) }, now)
        case .search: return reply(keeper.look { $0.search(asked, by: cookie.person) }, now)
        case .switch: return reply(keeper.look { $0.change(asked, from: cookie.person) }, now)
        case .hello: return RegistryEndpoint.reply(request, asked, status: "ok")
        }
    }

    /// A browser that brings no cookie gets one to bring: who is remembered must be recognised again. Where it is sent is what
    /// this node is configured to announce, nothing that a request says.
    private func trial(_ now: Int64) -> HTTPResponse {
        var body: [UInt8] = []
        body.append("{ \"status\": \"redirect\", \"registry\": ")
        body.append(quoted: RegistryEndpoint.announced(request.context.facts().settings))
        body.append(" }")
        return HTTPResponse(contentType: ContentType.json, body: body, fields: cookies(RegistryCookie.trial, now))
    }

    private func cookies(_ value: String, _ now: Int64) -> [(name: String, value: String)] {
        RegistryCookie.lines(
            value,
            expires: now + keeper.settings.idleSeconds,
            domain: keeper.settings.domain,
            isSecure: keeper.settings.securesCookies
        )
    }

    private func reply(_ answer: RegistryAnswer, _ now: Int64) -> HTTPResponse {
        let isFine = answer.status == 200
        var response = RegistryEndpoint.reply(
            request,
            asked,
            code: answer.status,
            status: isFine ? "ok" : "failed"
        ) { body in
            if let person = answer.person {
                body.append(",\n\t\"person_guid\": ")
                body.append(quoted: person.description)
            }
            if let links = answer.links { print(links.map { ($0.machine, $0.url, $0.visits, $0.name) }, to: &body) }
            if let found = answer.addresses {
                print(found.map { ($0.machine, $0.address.url, $0.address.visits, nil) }, to: &body)
            }
        }
        if let person = answer.person { response.fields = cookies(person.description, now) }
        return response
    }

    /// Visits in milliseconds, as scripts have times.
    private func print(
        _ urls: [(machine: GUID, url: String, visits: Registry.Visits, name: String?)],
        to body: inout [UInt8]
    ) {
        body.append(",\n\t\"urls\": [")
        for (index, one) in urls.enumerated() {
            body.append(index == 0 ? "\n\t\t[ " : ",\n\t\t[ ")
            body.append(quoted: one.machine.description)
            body.append(", ")
            body.append(quoted: one.url)
            body.append(text: ", \(one.visits.last)000, \(one.visits.count)")
            if let name = one.name {
                body.append(", ")
                body.append(quoted: name)
            }
            body.append(" ]")
        }
        body.append("\n\t]\n")
    }

    private func bytes(of number: UInt32) -> [UInt8] { (0..<4).map { UInt8(truncatingIfNeeded: number >> ($0 * 8)) } }
}
