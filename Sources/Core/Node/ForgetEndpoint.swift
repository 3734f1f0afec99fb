import Basics
import Config
import Streaming
import Transport
import Web

/// `POST /api/v1/manage/host?forget=GUID`: a host that is not connected is forgotten (status document, last line).
struct ForgetEndpoint: Sendable {
    static let path = "/api/v1/manage/host"

    let keeper: HostKeeper
    let key: ManagementKey

    /// On the port, where the key must be known.
    var endpoint: Endpoint {
        Endpoint("v1/manage/host", rights: .management, method: .post, isHeavy: true) { request in
            key.opens(request.http.fields["X-Auth-Token"]) ? answer(request.http) : .text(403, "Auth Error\n")
        }
    }

    /// On the admin socket, which only those can open who may.
    func answer(_ request: HTTPRequest) -> HTTPResponse {
        guard let text = request["forget"] else { return .text(400, "Which host? forget=MACHINE-GUID\n") }
        guard let guid = GUID(text) else {
            return .text(400, "forget= takes a machine GUID, '\(escaped(text))' is none\n")
        }
        switch keeper.forget(guid, by: "\(request.peer)") {
        case .forgotten(let hostname): return .text(200, "Host '\(escaped(hostname))' is forgotten.\n")
        case .unknown: return .text(404, "No host has the machine GUID \(guid).\n")
        case .connected:
            return .text(409, "The host \(guid) is connected: stop its child or take its key away first.\n")
        }
    }

    private func escaped(_ text: String) -> String {
        String(String.UnicodeScalarView(text.unicodeScalars.map { $0.value < 0x20 || $0.value == 0x7f ? " " : $0 }))
    }
}
