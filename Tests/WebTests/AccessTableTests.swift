import Config
import Testing
import Transport

@testable import Web

/// What a port's classes and a client's address leave open: every class beside every kind of address (web API §1, "ACL").
struct AccessTableTests {
    private static let all: [(word: String, right: Rights)] = [
        ("dashboard", .dashboard), ("registry", .registry), ("badges", .badges), ("management", .management),
        ("streaming", .streaming), ("netdata.conf", .netdataConf),
    ]

    /// Who only streams has no business with pages.
    private static let any = Rights.all.subtracting(.streaming)

    /// Any one of these is enough.
    private static let kinds: [(target: String, rights: Rights)] = [
        ("/", .dashboard), ("/nothing.html", any), ("/host/nd-a/", .dashboard), ("/netdata.conf", .netdataConf),
        ("/host/nd-a/netdata.conf", .netdataConf), ("/api/v1/info", .dashboard), ("/api/v1/charts", .dashboard),
        ("/api/v1/chart?chart=x", .dashboard), ("/api/v1/data?chart=x", .dashboard),
        ("/api/v1/allmetrics", .dashboard), ("/api/v1/badge.svg?chart=x", .badges),
        ("/host/nd-a/api/v1/badge.svg?chart=x", .badges), ("/api/v1/registry?action=hello", .dashboard),
        ("/api/v1/registry?action=access&machine=x&name=x&url=x", .registry), ("/api/v1/openapi.json", .dashboard),
        ("/api/v1/manage/own", .management), ("/api/v3/stream_info", [.dashboard, .streaming]),
        // Refusals tell nothing to whom nothing is allowed, and are no secret to others.
        ("/api/v1/nothing", any), ("/api", any), ("/host/nobody/", any), ("/host/nd-a", any),
    ]

    @Test(arguments: kinds.map { $0.target }) func eachClass(_ target: String) {
        let bench = WebBench()
        let own = Endpoint("v1/manage/own", rights: .management) { _ in .text(200, "managed") }
        let service = WebService(bench.context, endpoints: WebEndpoints.table + [own])
        let rights = Self.kinds.first { $0.target == target }!.rights
        for (word, right) in Self.all + [("nothing", []), ("everything", .all)] {
            for method in [HTTPRequest.Method.get, .head] where method == .get || rights != .management {
                let response = service.answer(HTTPRequest(method, target, rights: right)!)
                let isForbidden = response.status == 403
                #expect(isForbidden == right.isDisjoint(with: rights), "\(word) \(target): \(response.status)")
                if isForbidden { #expect(response.bodyText == HTTPResponse.forbidden.bodyText) }
            }
        }
    }

    /// A second look without a body must order nothing.
    @Test func headManagesNothing() {
        let own = Endpoint("v1/manage/own", rights: .management) { _ in .text(200, "managed") }
        let service = WebService(WebBench().context, endpoints: [own])
        #expect(service.answer(HTTPRequest(.get, "/api/v1/manage/own")!).bodyText == "managed")
        #expect(service.answer(HTTPRequest(.head, "/api/v1/manage/own")!).status == 400)
        #expect(service.answer(HTTPRequest(.post, "/api/v1/manage/own")!).status == 400)
    }
}
