import Basics
import Config
import Store
import Synchronization
import Transport

/// `/api/v1/registry` of a node that keeps no registry: `hello` says who it is, all else that there is none (web API
/// §10).
enum RegistryEndpoint {
    @Sendable static func answer(_ request: EndpointRequest) -> HTTPResponse {
        let action = request.http["action"] ?? ""
        switch action {
        case "hello":
            guard request.http.rights.contains(.dashboard) else { return .forbidden }
            var body = head(request, action: action, status: "ok")
            // Without an address of the cloud Netdata's React dashboard draws no chart, and the older one loads a page from
            // there: from this one neither gets further than an empty page.
            body.append(",\n\t\"cloud_base_url\": \"about:blank#\",\n\t\"anonymous_statistics\": false\n}\n")
            return HTTPResponse(contentType: ContentType.json, body: body)
        case "access", "delete", "search", "switch":
            guard request.http.rights.contains(.registry) else { return .forbidden }
            var body = head(request, action: action, status: "disabled")
            body.append("\n}\n")
            return HTTPResponse(contentType: ContentType.json, body: body)
        default:
            return .text(
                400,
                "Invalid registry request - you need to set an action: hello, access, delete, search"
            )
        }
    }

    /// The registry that a dashboard is sent to. Unless somebody names one that is this node itself: whose dashboard tells a
    /// stranger its hosts' names and addresses should have asked for it.
    private static func announced(_ settings: Settings) -> String {
        settings.origin("registry", "registry to announce") == .builtIn
            ? "" : settings.text("registry", "registry to announce")
    }

    private static func head(_ request: EndpointRequest, action: String, status: String) -> [UInt8] {
        let members = [
            ("action", action), ("status", status),
            ("hostname", request.host.identity.withLock { $0.registryHostname }),
            ("machine_guid", request.host.guid.description),
            ("registry", announced(request.context.facts().settings)),
        ]
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
