import Config
import Store
import Testing
import Transport

@testable import Web

/// Paths, hosts, rights and the texts of refusals (web API §1, §2, §4).
struct PathTests {
    static let bench = {
        let bench = WebBench()
        _ = bench.hosts.add(WebBench.host(WebBench.childGUID, "nd-b"))
        return bench
    }()

    /// Captured answers that need no data.
    static let captured = [
        "api-noversion", "api-v1", "api-v2", "api-v1-unknown", "api-trailing-slash", "host-unknown", "host-empty",
        "host-only", "host-nested", "chart-missing-param", "chart-unknown", "data-nochart", "data-notfound",
        "registry-noaction", "allmetrics-nope", "file-badchar", "file-dotdot", "file-dotdot-enc", "file-dotdot-mid",
    ]

    @Test(arguments: captured)
    func refusesAsTheOriginal(_ name: String) {
        let pair = GoldenPair(folder: "live", name: name)
        let response = Self.bench.get(pair.target)
        #expect(response.status == pair.status)
        #expect(response.bodyText == pair.body)
        #expect(response.contentType == pair.field("Content-Type"))
        #expect(!response.isCacheable)
    }

    @Test(arguments: ["localhost", "nd-a", "11111111-AAAA-11ed-8000-0000000000aa"])
    func theOwnHostHasThreeNames(_ name: String) {
        #expect(Self.bench.body("/host/\(name)/api/v1/info").contains("\"uid\": \"\(WebBench.localGUID)\""))
    }

    @Test(arguments: ["nd-b", "22222222-bbbb-11ed-8000-0000000000bb"])
    func anotherHostHasTwo(_ name: String) {
        #expect(Self.bench.body("/host/\(name)//api/v1/info").contains("\"uid\": \"\(WebBench.childGUID)\""))
    }

    /// Where the client believes to be is its own affair: it gets a path.
    @Test func aMissingSlashIsARelativeRedirect() {
        let response = Self.bench.get(
            "/host/nd-b?x=1",
            fields: [("Host", "evil.example"), ("X-Forwarded-Host", "evil.example")]
        )
        #expect(response.status == 308)
        #expect(response.bodyText == "Permanent redirect")
        #expect(response.fields.map(\.name) == ["Location"])
        #expect(response.fields.first?.value == "/host/nd-b/")
    }

    @Test func aRedirectCannotBeMadeToLeaveThisHost() {
        for target in ["/host/%2Fevil.example", "/host//evil.example", "/host/%0d%0aX:%20y", "/host/%22%3E"] {
            let location = Self.bench.get(target).fields.first { $0.name == "Location" }?.value ?? "/host/"
            #expect(location.hasPrefix("/host/"))
            #expect(location.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7f && $0 != UInt8(ascii: "\"") })
        }
    }

    @Test func encodedQuestionMarksBeginTheQuery() {
        #expect(Self.bench.get("/api/v1/chart%3Fchart=nope").bodyText == "Chart is not found: nope")
    }

    @Test func repeatedSlashesAreOne() {
        #expect(Self.bench.get("//api///v1//info").status == 200)
    }

    @Test func optionsAnswersAnyPath() {
        let response = Self.bench.get("/api/v1/nothing", method: .options)
        #expect(response.status == 200)
        #expect(response.bodyText == "OK")
        #expect(response.contentType == HTTPResponse.plainText)
    }

    @Test func frontPageListsEveryCommandAndHost() {
        let response = Self.bench.get("/api/")
        #expect(response.status == 200)
        #expect(response.contentType == HTTPResponse.html)
        for endpoint in WebEndpoints.table { #expect(response.bodyText.contains("/api/\(endpoint.command)")) }
        #expect(response.bodyText.contains("nd-b"))
        #expect(response.bodyText.contains("href=\"../host/\(WebBench.childGUID)/\""))
        #expect(response.bodyText.contains("href=\"v1/info\""))
        let ofChild = Self.bench.body("/host/nd-b/api/")
        #expect(ofChild.contains("Metrics of nd-b"))
        #expect(ofChild.contains("href=\"../../../host/\(WebBench.childGUID)/\""))
    }

    @Test func textsOfTheRequestAreEscaped() {
        for target in [
            "/%3Cscript%3E", "/api/%3Cscript%3E", "/api/v1/%3Cscript%3E", "/host/%3Cscript%3E/",
            "/api/v1/chart?chart=%3Cscript%3E",
        ] {
            #expect(!Self.bench.body(target).contains("<script>"))
        }
    }

    @Test(arguments: WebEndpoints.table.map(\.command) + ["", "../netdata.conf"])
    func nothingIsAnsweredWithoutTheRight(_ command: String) {
        let target = command == "../netdata.conf" ? "/netdata.conf" : command.isEmpty ? "/" : "/api/\(command)"
        let others: Rights = command == "v1/badge.svg" ? [.dashboard, .management] : [.badges, .management]
        let response = Self.bench.get(target, rights: others)
        #expect(response.status == 403)
        #expect(response.bodyText == "You are not allowed to access this resource.")
    }

    @Test func rightsAreForWhatTheyName() {
        #expect(Self.bench.get("/netdata.conf", rights: .dashboard).status == 403)
        #expect(Self.bench.get("/netdata.conf", rights: .netdataConf).status == 200)
        #expect(Self.bench.get("/api/v1/info", rights: .netdataConf).status == 403)
        #expect(Self.bench.get("/api/v3/stream_info", rights: .streaming).status == 200)
        #expect(Self.bench.get("/api/v1/registry?action=hello", rights: .registry).status == 403)
        #expect(Self.bench.get("/api/v1/registry?action=hello", rights: .dashboard).status == 200)
    }

    @Test func theNodesOwnEndpointsJoinTheTable() {
        let own = Endpoint("v1/streaming") { .text(200, "of \($0.host.hostname)") }
        let service = WebService(Self.bench.context, endpoints: WebEndpoints.table + [own])
        #expect(service.answer(HTTPRequest(.get, "/host/nd-b/api/v1/streaming")!).bodyText == "of nd-b")
        #expect(service.commands.contains("v1/streaming"))
        #expect(service.route(HTTPRequest(.get, "/api/v1/data?chart=x")!).isHeavy)
        #expect(!service.route(HTTPRequest(.get, "/api/v1/info")!).isHeavy)
    }

    /// What dashboards ask for all the time is answered where it is read; what may take long, or is not here, elsewhere.
    @Test(arguments: [
        ("chart=light.c&after=-600&points=600", false), ("chart=light.c", false), ("chart=light.c&after=0", false),
        ("chart=light.c&after=1700000000&before=1700000600", false), ("chart=light.c&after=-4000&points=60", false),
        ("chart=light.c&after=-600&points=20000", false), ("chart=light.c&after=-600&gtime=90000", false),
        ("chart=light.c&after=-40000&points=400&dimensions=d", false), ("chart=light.c&after=-40000", true),
        ("chart=light.c&dimensions=" + String(repeating: "*a", count: 50_001), true),
        ("context=light&after=-600", true), ("chart=light.*&after=-600", true), ("", true),
    ])
    func lightQueriesStayOnTheirLoop(_ query: String, _ isHeavy: Bool) throws {
        for mode in [MemoryMode.ram, .dbengine] {
            let bench = WebBench()
            let host = WebBench.host(WebBench.childGUID, "light", settings: HostSettings(mode: mode))
            _ = bench.hosts.add(host)
            bench.collect(
                ChartDefinition(id: "light.c", title: "", units: "", family: "", context: "light"),
                [DimensionDefinition(id: "d")],
                Array(repeating: [1], count: 20),
                on: host
            )
            let request = try #require(HTTPRequest(.get, "/host/light/api/v1/data?" + query))
            #expect(bench.service.route(request).isHeavy == isHeavy, "\(query) \(mode)")
        }
    }

    /// The same for all charts of a host, where there are not many.
    @Test(arguments: [
        ("charts", false), ("allmetrics", false), ("allmetrics?format=json", false),
        ("allmetrics?format=prometheus", false),
        ("allmetrics?format=prometheus_all_hosts", true), ("allmetrics?filter=light*", true),
    ])
    func smallHostsAreAnsweredOnTheLoop(_ command: String, _ isHeavy: Bool) throws {
        let bench = WebBench()
        let host = WebBench.host(WebBench.childGUID, "light", settings: HostSettings())
        _ = bench.hosts.add(host)
        let request = try #require(HTTPRequest(.get, "/host/light/api/v1/" + command))
        for (index, width) in [999, 1, 1].enumerated() {
            bench.collect(
                ChartDefinition(id: "light.c\(index)", title: "", units: "", family: "", context: "light"),
                (0..<width).map { DimensionDefinition(id: "d\($0)") },
                [Array(repeating: 1, count: width)],
                on: host
            )
            #expect(bench.service.route(request).isHeavy == (isHeavy || index == 2), "\(command), \(index + 1) charts")
        }
    }
}
