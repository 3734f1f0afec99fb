import Basics
import Config
import Status
import Store
import Synchronization
import Testing
import Transport

@testable import Web

struct EndpointTests {
    /// The members and their order are the original's; there is one more.
    @Test func infoHasTheOriginalsMembers() {
        let bench = WebBench()
        _ = bench.hosts.add(WebBench.host(WebBench.goldenGUID, "inj-db", program: "inject"))
        let body = bench.body("/host/inj-db/api/v1/info")
        #expect(isJSON(body))
        let golden = GoldenPair(folder: "data", name: "288-ep-info").body
        #expect(Self.members(body).filter { $0 != "ndstream-version" } == Self.members(golden))
        #expect(body.contains("\t\"version\": \"v1.37.1\",\n\t\"ndstream-version\": \"v1.2.3\",\n"))
        #expect(
            body.contains(
                "\t\t{ \"guid\": \"33333333-cccc-11ed-8000-0000000000cc\", \"hostname\": \"inj-db\", \"reachable\": true, "
                    + "\"hops\": 1, \"claim_id\": null, \"node_id\": null }"
            )
        )
    }

    /// Of a machine that says all there is to say, and of what runs in a container.
    @Test(arguments: ["info", "info-child"])
    func infoHasTheMembersOfALiveHost(_ name: String) {
        let bench = WebBench()
        let variables = [
            "CONTAINER_OS_NAME", "CONTAINER_OS_ID", "CONTAINER_OS_ID_LIKE", "CONTAINER_OS_VERSION",
            "CONTAINER_OS_VERSION_ID", "CONTAINER_OS_DETECTION", "HOST_IS_K8S_NODE", "INSTANCE_CLOUD_TYPE",
            "INSTANCE_CLOUD_INSTANCE_TYPE", "INSTANCE_CLOUD_INSTANCE_REGION",
        ]
        let child = bench.hosts.add(WebBench.host(WebBench.childGUID, "nd-b"))
        for host in [bench.hosts.local, child] {
            host.identity.withLock { $0.systemInformation = variables.map { ("NETDATA_" + $0, "unknown") } }
        }
        let pair = GoldenPair(folder: "live", name: name)
        let response = bench.get(pair.target)
        #expect(response.status == pair.status)
        #expect(response.contentType == pair.field("Content-Type"))
        #expect(!response.isCacheable)
        #expect(isJSON(response.bodyText))
        let members = Self.members(response.bodyText).filter { $0 != "ndstream-version" }
        #expect(members == Self.members(pair.body))
    }

    private static func members(_ body: String) -> [String] {
        body.split(separator: "\n").filter { $0.hasPrefix("\t\"") }.map { line in
            String(line.dropFirst(2).prefix { $0 != "\"" })
        }
    }

    @Test func infoSaysWhatIsKnownOfTheMachine() {
        let bench = WebBench()
        bench.hosts.local.identity.withLock {
            $0.systemInformation = [
                ("NETDATA_HOST_OS_NAME", "Debian \"GNU\"/Linux"), ("NETDATA_SYSTEM_CPU_FREQ", "2.4e+09"),
                ("NETDATA_CONTAINER_OS_ID", "debian"), ("NETDATA_HOST_IS_K8S_NODE", "false"),
            ]
            $0.labels = [Label(key: "role", value: "web \"1\"\n", source: 2)]
        }
        let body = bench.body("/api/v1/info")
        #expect(isJSON(body))
        #expect(body.contains("\t\"os_name\": \"Debian \\\"GNU\\\"/Linux\",\n\t\"os_id\": \"\",\n"))
        #expect(body.contains("\t\"cpu_freq\": \"2.4e+09\",\n"))
        #expect(body.contains("\t\"container_os_id\": \"debian\",\n\t\"is_k8s_node\": \"false\",\n"))
        #expect(body.contains("\t\"host_labels\": {\n\t\t\"role\":\"web \\\"1\\\"\\n\"\n\t},\n"))
    }

    @Test(arguments: [
        (NodeFacts.StreamCompression.enabled, "enabled"), (.disabled, "disabled"), (.unavailable, "N/A"),
    ])
    func infoSaysHowStreamsAreCompressed(_ compression: NodeFacts.StreamCompression, _ text: String) {
        let facts = NodeFacts(
            version: "1.2.3",
            features: ["Stream Compression", "libc"],
            streamCompression: compression
        )
        let body = WebBench(facts: facts).body("/api/v1/info")
        #expect(body.contains("\"stream-compression\": \"\(text)\""))
        #expect(body.contains("\"buildinfo\": \"Stream Compression|libc\""))
    }

    @Test func registryGreetsInTheOriginalsShape() {
        let bench = WebBench()
        let body = bench.body("/api/v1/registry?action=hello")
        #expect(isJSON(body))
        let golden = GoldenPair(folder: "live", name: "registry-hello").body
        #expect(Self.members(body) == Self.members(golden))
        #expect(
            body.contains(
                "\"status\": \"ok\",\n\t\"hostname\": \"nd-a\",\n\t\"machine_guid\": \"\(WebBench.localGUID)\""
            )
        )
        #expect(
            bench.body("/api/v1/registry?action=access&machine=x&name=n&url=u").contains("\"status\": \"disabled\"")
        )
    }

    /// What a dashboard of Netdata's does with it Tests/Web/browser.py sees: nothing leaves for Netdata's registry or cloud.
    @Test func registrySendsNobodyElsewhereUnlessTold() {
        let body = WebBench().body("/api/v1/registry?action=hello")
        #expect(body.contains("\"registry\": \"\",\n\t\"cloud_base_url\": \"about:blank#\""), "\(body)")
        #expect(!body.contains("netdata.io"))
        let file = "[registry]\n registry to announce = https://registry.example\n"
        let settings = Configuration.load(
            Layout.Circumstances(role: .parent, userID: 0, environment: [:], directoryExists: { _ in true }),
            hostname: "nd-a"
        ) { $0.hasSuffix("/netdata.conf") ? .bytes(Array(file.utf8)) : .missing }.settings
        let told = WebBench(facts: NodeFacts(version: "1.2.3", settings: settings)).body(
            "/api/v1/registry?action=hello"
        )
        #expect(told.contains("\"registry\": \"https://registry.example\""), "\(told)")
    }

    @Test func streamInfoTellsChildrenWhatIsHere() {
        let bench = WebBench(facts: NodeFacts(version: "1.2.3", receivers: 3))
        _ = bench.hosts.add(WebBench.host(WebBench.childGUID, "nd-b", state: .down))
        func ask(_ guid: GUID) -> String { bench.body("/api/v3/stream_info?machine_guid=\(guid)") }
        let head = "{\"version\":1,\"status\":"
        let common = "\"host_id\":\"\(WebBench.localGUID)\",\"nodes\":2,\"receivers\":3,\"nonce\":4711"
        #expect(ask(WebBench.goldenGUID) == "\(head)404,\(common)}")
        #expect(
            ask(WebBench.childGUID)
                == "\(head)200,\(common),\"db_status\":\"online\",\"db_liveness\":\"stale\",\"ingest_type\":\"child\","
                + "\"ingest_status\":\"offline\",\"first_time_s\":0,\"last_time_s\":0}"
        )
        bench.collect(ChartDefinition(id: "a.b"), [DimensionDefinition(id: "x")], [[1], [2], [3]])
        let now = GoldenDataset.start + 1640
        #expect(
            ask(WebBench.localGUID)
                == "\(head)200,\(common),\"db_status\":\"online\",\"db_liveness\":\"live\",\"ingest_type\":\"localhost\","
                + "\"ingest_status\":\"online\",\"first_time_s\":\(now - 1),\"last_time_s\":\(now)}"
        )
        #expect(bench.body("/api/v3/stream_info").hasPrefix("\(head)404,"))
        #expect(bench.body("/api/v3/stream_info?machine_guid=nonsense").hasPrefix("\(head)404,"))
    }

    @Test func configurationIsPrintedAsTheFileThatItIs() {
        let body = WebBench().body("/netdata.conf")
        let golden = GoldenPair(folder: "live", name: "netdata.conf").body
        #expect(body.prefix { $0 != "[" } == golden.prefix { $0 != "[" })
        #expect(body.contains("\n[web]\n"))
        #expect(body.contains("\t# default port = 19999\n"))
        #expect(!body.contains("API_KEY"))
    }

    /// Seen at a real 1.37.1, for a window that begins before the data: `"min": 0`.
    @Test(arguments: ["ssv", "array", "json"])
    func nullsCountAsZeroAmongTheExtremes(_ format: String) {
        let bench = WebBench()
        bench.collect(ChartDefinition(id: "a.b"), [DimensionDefinition(id: "x")], (1...9).map { [$0 + 100] })
        let window = "chart=a.b&after=\(GoldenDataset.start + 1600)&before=\(GoldenDataset.start + 1638)&points=3"
        let body = bench.body("/api/v1/data?\(window)&format=\(format)&options=jsonwrap,unaligned")
        #expect(body.contains("\"min\": 0,\n \"max\": 104.5"), "\(body)")
    }

    /// In ram a chart begins with one gap: the point behind it belongs to the row that it ends in.
    @Test func theFirstPointCountsInItsRow() {
        for (mode, rows) in [(MemoryMode.ram, "204,null]"), (.dbengine, "103,null]")] {
            let bench = WebBench()
            let host = bench.hosts.add(
                WebBench.host(WebBench.childGUID, "nd-b", settings: HostSettings(mode: mode))
            )
            let now = GoldenDataset.start + 1640
            bench.collect(ChartDefinition(id: "a.b"), [DimensionDefinition(id: "x")], [[1], [101], [103]], on: host)
            // Points at now - 1 and now; the last row ends now.
            let body = bench.body(
                "/host/nd-b/api/v1/data?chart=a.b&after=\(now - 4)&before=\(now)&points=2&group=sum&format=array"
            )
            #expect(body.hasSuffix(rows), "\(mode): \(body)")
            let first = mode == .ram ? now - 2 : now - 1
            #expect(bench.body("/host/nd-b/api/v1/chart?chart=a.b").contains("\"first_entry\": \(first),"))
        }
    }

    /// Every text of a peer ends up inside a JSON string, whatever is in it.
    @Test func hostileNamesStayInsideTheirStrings() {
        let bench = WebBench()
        let hostile = "a\"\\\n\t\u{1}<b>'"
        let definition = ChartDefinition(
            id: "x.y",
            title: hostile,
            units: hostile,
            family: hostile,
            context: hostile,
            plugin: hostile,
            module: hostile,
            labels: [Label(key: hostile, value: hostile, source: 1)]
        )
        bench.collect(definition, [DimensionDefinition(id: hostile, name: hostile)], [[1], [2], [3]])
        bench.hosts.rename(bench.hosts.local, to: hostile)
        for target in [
            "/api/v1/info", "/api/v1/charts", "/api/v1/chart?chart=x.y", "/api/v1/allmetrics?format=json",
            "/api/v1/registry?action=hello", "/api/v1/data?chart=x.y&after=-2",
            "/api/v1/data?chart=x.y&after=-2&options=jsonwrap,objectrows,all-dimensions",
            "/api/v1/data?chart=x.y&after=-2&format=array",
            "/api/v1/data?chart=x.y&after=-2&format=html&options=jsonwrap",
            "/api/v1/data?chart=x.y&after=-2&format=csv&options=jsonwrap",
            "/api/v1/data?chart=x.y&after=-2&format=tsv&options=jsonwrap",
            "/api/v1/data?chart=x.y&after=-2&format=datatable",
            "/api/v1/data?context=**&chart_label_key=*&after=-2&options=jsonwrap",
        ] {
            let body = bench.body(target)
            #expect(isJSON(body), "\(target): \(body)")
        }
        #expect(!bench.body("/api/v1/data?chart=x.y&after=-2&format=html").contains("<b>"))
        #expect(!bench.body("/api/").contains("<b>"))
    }
}
