import Glibc
import System
import Testing

/// The captured requests of `Tests/Fixtures/Web/live` once more, byte for byte, to a live node: what comes back has the captured
/// status and header lines, and where the body is short, the captured text.
@Suite(.serialized, .timeLimit(.minutes(5))) struct RecordedAnswersTests {
    /// What is not asked here, and why.
    static let elsewhere: [String: String] = [
        "root": files, "host-slash": files, "host-file": files, "file-txt": files, "file-dir-noslash": files,
        "file-dir-slash": files, "file-missing": files, "file-doubleslash": files, "file-query": files,
        "file-badchar": files, "file-dotdot": files, "file-dotdot-enc": files, "file-dotdot-mid": files, "gzip": files,
        "url-bad-percent": files,
        "url-nul": pipeline, "method-options": pipeline, "method-post": pipeline, "method-head": pipeline,
        "host-noslash": redirects, "host-noslash-xfh": redirects,
    ]
    private static let files = "about files, which the tests of the web directory ask for"
    private static let pipeline = "refused before it is a request: TransportTests"
    private static let redirects = "its Location is relative here, whatever Host says: PathTests"

    /// Bodies that are long, or of that machine and that moment; each is compared where the test of its endpoint is.
    private static let longestBody = 400

    private static let plugin = """
        #!/bin/sh
        echo "CHART test.gauge '' 'Test gauge' units tfam test.gauge line 9000 1"
        echo "DIMENSION val '' absolute 1 10"
        echo "DIMENSION two second absolute 1 1"
        echo "VARIABLE CHART lim = 77"
        echo "CHART cpu.cpu0 core0 'Core utilization' percentage utilization cpu.cpu stacked 1000 1"
        echo "DIMENSION user '' absolute 1 1"
        while :; do
            printf 'BEGIN test.gauge\\nSET val = 20\\nSET two = 2\\nEND\\nBEGIN cpu.cpu0\\nSET user = 1\\nEND\\n'
            sleep 1
        done

        """

    private let place: TemporaryDirectory
    private let node: LiveNode
    private let port: UInt16
    private let child: HandChild
    private let key: String
    /// Who the registry takes us for.
    private let person: String

    init() throws {
        place = try TemporaryDirectory()
        for directory in ["etc/health.d", "plugins", "state/lib/registry"] {
            try Files.makeDirectories(place.path + "/" + directory)
        }
        try place.write("11111111-aaaa-11ed-8000-0000000000aa", "state/lib/registry/netdata.public.unique.id")
        try place.write(
            String(
                decoding: try Files.read(root + "/Tests/Fixtures/Health/test-alarms.conf", limit: 1 << 20),
                as: UTF8.self
            ),
            "etc/health.d/test.conf"
        )
        try Files.write(Array(Self.plugin.utf8), to: place.path + "/plugins/gauge.plugin", mode: 0o755)
        node = try LiveNode(
            netdata: """
                [global]
                    hostname = nd-a
                [directories]
                    plugins = "\(place.path)/plugins"
                [registry]
                    enabled = yes
                    registry to announce = http://127.0.0.1:20300
                [plugins]
                    gauge = yes
                """,
            stream: "[\(LiveNode.key)]\nenabled = yes\n",
            arguments: ["--bind", "127.0.0.1:0"],
            directory: place.path
        )
        port = try node.port()
        child = try HandChild(port, "nd-b", guid: "22222222-bbbb-11ed-8000-0000000000bb")
        key = node.text("state/lib/netdata.api.key")
        let port = port
        try eventually("there is data") {
            try RawClient(port: port).get("/api/v1/data?chart=test.gauge&after=-5").contains("200 OK")
        }
        try eventually("there are alarms") {
            try RawClient(port: port).get("/api/v1/alarms?all").contains("t_gauge")
        }
        let visit = try Self.recorded("registry-access-verifycookie").request
        let client = try RawClient(port: port)
        client.send(visit)
        let answer = client.receiveAll()
        person = try #require(answer.firstMatch(of: /person_guid": "([^"]*)"/).map { String($0.1) }, "\(answer)")
    }

    /// The request, and what came back.
    private static func recorded(_ name: String) throws -> (request: String, answer: String) {
        let path = root + "/Tests/Fixtures/Web/live/\(name).txt"
        let text = String(decoding: try Files.read(path, limit: 1 << 20), as: UTF8.self)
        // Where the key was taken out, lines end otherwise.
        let blank = text.contains("\r\n") ? "\r\n\r\n" : "\n\n"
        let end = try #require(text.firstRange(of: blank)).upperBound
        let rest = text[end...]
        let body = try #require(rest.firstRange(of: blank)).upperBound
        return (
            String(text[..<end]).replacing("\n", with: "\r\n"),
            String(rest[..<body]).replacing("\n", with: "\r\n") + rest[body...]
        )
    }

    @Test func liveAnswersHaveTheOriginalsHeads() throws {
        let index = String(
            decoding: try Files.read(root + "/Tests/Fixtures/Web/live/INDEX.tsv", limit: 1 << 20),
            as: UTF8.self
        )
        let names = index.split(separator: "\n").map { String($0.prefix { $0 != "\t" }) }
        #expect(Set(Self.elsewhere.keys).subtracting(names).isEmpty)
        var asked = 0
        for name in names where Self.elsewhere[name] == nil {
            let (request, expected) = try Self.recorded(name)
            let client = try RawClient(port: port)
            client.send(
                request.replacing("KEY-REDACTED", with: key)
                    .replacing("bc188b0c-aa78-4bfa-96eb-d93e1642fdcb", with: person)
            )
            let answer = client.receiveAll()
            #expect(Self.head(answer) == Self.head(expected), "\(name)")
            let body = Self.body(expected)
            if body.utf8.count <= Self.longestBody { #expect(Self.body(answer) == body, "\(name)") }
            if name == "alarm_variables" { #expect(Self.names(Self.body(answer)) == Self.names(body)) }
            asked += 1
        }
        #expect(asked > 80)
    }

    /// The status line, and the others without regard to their order, dates and lengths masked; without those by which ours can
    /// be kept and asked for again, which the original has not.
    private static func head(_ answer: String) -> [String] {
        let lines = answer.prefix(upTo: answer.firstRange(of: "\r\n\r\n")?.lowerBound ?? answer.endIndex)
            .split(separator: "\r\n").filter { !$0.hasPrefix("ETag: ") && !$0.hasPrefix("Vary: ") }.map(masked)
        return lines.prefix(1) + lines.dropFirst().sorted()
    }

    /// What an answer of `alarm_variables` says of chart and family, without values.
    private static func names(_ body: String) -> [String] {
        body.split(separator: "\n").prefix { !$0.hasPrefix("\t\"host\"") }.map {
            String($0).replacing(/: (N|null)/, with: ": V")
        }
    }

    /// Numbers and GUIDs masked; there is no cloud, and nobody counts its users.
    private static func body(_ answer: String) -> String {
        let body = answer.firstRange(of: "\r\n\r\n").map { String(answer[$0.upperBound...]) } ?? ""
        return masked(body[...]).replacing("\"https://app.netdata.cloud\"", with: "\"about:blank#\"")
            .replacing("\"anonymous_statistics\": true", with: "\"anonymous_statistics\": false")
    }

    private static func masked(_ text: Substring) -> String {
        String(text).replacing(/[A-Z][a-z]{2}, [0-9]{2} [A-Z][a-z]{2} [0-9]{4} [0-9:]{8} GMT/, with: "DATE")
            .replacing(/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/, with: "GUID")
            .replacing(/-?[0-9]+(\.[0-9]+)?/, with: "N")
    }
}
