import Basics
import Config
import Status
import Store
import Synchronization
import Testing
import Transport

@testable import Web

/// The captured answers about contexts, and what they leave open (web API §8.4).
struct ContextsTests {
    static let captured = [
        "280-ep-contexts", "281-ep-contexts-full", "282-ep-context", "283-ep-context-full", "284-ep-context-missing",
        "285-ep-context-nope",
    ]
    static let capturedLive = ["contexts", "context", "context-full"]

    private static let bench = {
        let bench = GoldenHostTests.makeBench(now: GoldenDataset.start + 1641)
        bench.hosts.host(guid: WebBench.goldenGUID)!.identity.withLock {
            $0.labels = [("_os_name", "TestOS"), ("_os_version", "7"), ("_kernel_version", "6.1"), ("role", "golden")]
                .map { Label(key: $0.0, value: $0.1, source: 2) }
        }
        return bench
    }()

    @Test(arguments: captured)
    func answersAsTheOriginal(_ name: String) {
        let pair = GoldenPair(folder: "data", name: name)
        let response = Self.bench.get(pair.target)
        #expect(response.status == pair.status)
        #expect(response.contentType == pair.field("Content-Type"))
        #expect(response.isCacheable == (pair.field("Cache-Control") == "public"))
        #expect(Self.comparable(response.bodyText) == Self.comparable(pair.body))
    }

    /// Of that machine only what the test's own has; times are those of the moment.
    @Test(arguments: capturedLive)
    func answersAsTheOriginalOfALiveHost(_ name: String) {
        let pair = GoldenPair(folder: "live", name: name)
        let response = LiveMetricsTests.bench.get(pair.target)
        #expect(response.status == pair.status)
        #expect(response.contentType == pair.field("Content-Type"))
        #expect(response.isCacheable)
        func part(_ body: String) -> [String] {
            let lines = Self.comparable(body).map { $0.replacing(/[0-9]{10}/, with: "T") }
            guard name == "contexts" else { return lines }
            let gauge = lines.drop { !$0.contains("\"test.gauge\": {") }
            return Array(lines.prefix(6)) + gauge.prefix { !$0.hasPrefix("\t\t}") }
        }
        #expect(part(response.bodyText) == part(pair.body))
        #expect(part(pair.body).count > 9)
    }

    /// Charts of which only replicated points came: the original takes them for archived, here they are collected, as their child
    /// does so.
    private static let replicated = ["g.lin", "g.u5", "g.num"]

    /// Without what has no meaning here: nothing is queued for a cloud, and identifiers are made of names.
    private static func comparable(_ body: String) -> [String] {
        var isReplicated = body.contains("\"title\":\"Linear series\"")
        return body.split(separator: "\n", omittingEmptySubsequences: false).map { line in
            if let context = line.wholeMatch(of: /\t\t"(.*)": \{/) {
                isReplicated = replicated.contains(String(context.1))
            }
            if isReplicated, let name = line.firstMatch(of: /"(last_time_t|collected|flags)":/) {
                return String(name.1)
            }
            var text = String(line).replacing("\"QUEUED ", with: "\"")
            let name = text.firstMatch(of: /^\t*"(\w+)":/).map { String($0.1) } ?? ""
            if ["uuid", "queued_reasons", "pp_reasons"].contains(name) {
                text = text.replacing(/:".*"/, with: ":\"…\"")
            } else if name.hasPrefix("pp_") || queueMembers.contains(name) {
                text = text.replacing(/:[0-9]+/, with: ":N")
            }
            return text
        }
    }

    private static let queueMembers = [
        "last_queued", "scheduled_dispatch", "last_dequeued", "dispatches", "hub_version", "version",
    ]

    @Test func identifiersStayTheSame() {
        func identifiers(_ bench: WebBench) -> [String] {
            bench.body("/host/inj-db/api/v1/contexts?options=uuids,charts,dimensions").matches(of: /"uuid":"([^"]*)"/)
                .map { String($0.1) }
        }
        let one = identifiers(Self.bench)
        #expect(one == identifiers(GoldenHostTests.makeBench()))
        #expect(Set(one).count == one.count)
        #expect(one.count == 7 + GoldenDataset().charts.reduce(0) { $0 + $1.dimensions.count })
        #expect(one.allSatisfy { GUID($0) != nil })
        #expect(GUID(naming: ["ab", "c"]) != GUID(naming: ["a", "bc"]))
    }

    // MARK: As a running 1.37.1 answered for these charts

    /// Thirty seconds of charts of several contexts, on a host that keeps everything in memory.
    private static let shapes = {
        let bench = WebBench()
        func collect(
            _ id: String,
            _ title: String,
            _ units: String,
            _ family: String,
            _ context: String,
            _ priority: Int,
            _ dimensions: [(String, String)] = [("d1", "")],
            type: ChartType = .line,
            labels: [(String, String)] = [],
            options: ChartOptions = [],
            rows: Int = 30
        ) {
            bench.collect(
                ChartDefinition(
                    id: id,
                    title: title,
                    units: units,
                    family: family,
                    context: context,
                    type: type,
                    priority: priority,
                    options: options,
                    labels: labels.map { Label(key: $0.0, value: $0.1, source: 1) }
                ),
                dimensions.map { DimensionDefinition(id: $0.0, name: $0.1, options: $0.0 == "d2" ? .hidden : []) },
                Array(repeating: dimensions.map { _ in 1 }, count: rows)
            )
        }
        let one = [("d1", "one")]
        collect(
            "t.a",
            "Title A",
            "u",
            "eth0",
            "ctx.one",
            100,
            one + [("d2", "two")],
            labels: [("k", "v1"), ("site", "athens lab")]
        )
        collect("t.b", "Title A", "u", "eth1", "ctx.one", 90, one, labels: [("k", "v2")])
        collect("t.c", "Other title", "w", "famx", "ctx.one", 95, [("d3", "three")], type: .area)
        collect("t.d", "Core 0 util", "percentage", "cpu", "ctx.two", 300)
        collect("t.e", "Core 1 util", "percentage", "cpu", "ctx.two", 301)
        collect("t.h", "Hidden one", "u", "f", "ctx.hidden", 1000, options: .hidden)
        collect("t.n", "Never collected", "u", "f", "ctx.never", 1000, rows: 0)
        return bench
    }()

    /// The charts of an answer with the ids of their dimensions.
    private func charts(_ query: String) -> [String] {
        let body = Self.shapes.body("/api/v1/contexts?options=charts,dimensions&" + query)
        #expect(isJSON(body))
        var charts: [String] = []
        for line in body.split(separator: "\n") {
            if let match = line.wholeMatch(of: /\t{4}"([^"]*)": \{/) { charts.append(String(match.1)) }
            if let match = line.wholeMatch(of: /\t{6}"([^"]*)": \{/) { charts[charts.count - 1] += " " + match.1 }
        }
        return charts
    }

    @Test(arguments: [
        ("", ["t.a d1 d2", "t.b d1", "t.c d3", "t.d d1", "t.e d1"]), ("chart_label_key=k", ["t.a d1 d2", "t.b d1"]),
        ("chart_label_key=nope", []), ("chart_labels_filter=k:v1", ["t.a d1 d2"]),
        ("chart_labels_filter=k:*", ["t.a d1 d2", "t.b d1"]), ("chart_labels_filter=site:athens*", ["t.a d1 d2"]),
        ("chart_labels_filter=k:v1,k:v2", ["t.a d1 d2", "t.b d1"]),
        ("chart_labels_filter=k:v1|site:*", ["t.a d1 d2"]), ("dimensions=two", ["t.a d2"]),
        ("dimension=d1", ["t.a d1", "t.b d1", "t.d d1", "t.e d1"]),
        ("dim=d1", ["t.a d1", "t.b d1", "t.d d1", "t.e d1"]), ("dims=nope", []),
        ("dimensions=d*&chart_label_key=k", ["t.a d1 d2", "t.b d1"]), ("before=-60", []), ("after=9999999999", []),
        ("before=1000000", []), ("after=-1000&before=-900", []), ("after=1000000&before=1100000", []),
        ("after=-5", ["t.a d1 d2", "t.b d1", "t.c d3", "t.d d1", "t.e d1"]),
        ("after=-5&before=-2", ["t.a d1 d2", "t.b d1", "t.c d3", "t.d d1", "t.e d1"]),
        ("options=hidden", ["t.a d1 d2", "t.b d1", "t.c d3", "t.d d1", "t.e d1", "t.h d1"]),
        ("options=deleted", ["t.a d1 d2", "t.b d1", "t.c d3", "t.d d1", "t.e d1", "t.n d1"]),
    ])
    func filtersLeaveWhatTheyLeaveInTheOriginal(_ query: String, _ expected: [String]) {
        #expect(charts(query) == expected)
    }

    @Test func nothingLeftIsAnEmptyObjectOrNotFound() {
        #expect(Self.shapes.body("/api/v1/contexts?after=9999999999").hasSuffix("\n\t\"contexts\": {\n\t}\n}"))
        for query in ["context=ctx.hidden", "context=ctx.never", "context=ctx.*", "context=ctx.one&dimensions=nope"] {
            let response = Self.shapes.get("/api/v1/context?" + query)
            #expect(response.status == 404 && response.body.isEmpty)
        }
        #expect(Self.shapes.get("/api/v1/context?ctx=ctx.one").status == 200)
    }

    /// Which members an option brings.
    @Test(arguments: [
        ("", ""), ("charts", "charts"), ("instances", "charts"), ("metrics", "charts dimensions"),
        ("labels", "charts labels"), ("queue", "queued_reasons"), ("flags", "flags"), ("uuids", ""),
        ("deleted", "deleted"), ("hidden", ""), ("deepscan", ""), ("nope", ""), ("charts|flags", "flags charts"),
        ("charts,uuids", "charts uuid"), ("charts queue", "queued_reasons charts"),
        ("full", "deleted flags queued_reasons charts uuid labels dimensions"),
        ("all", "deleted flags queued_reasons charts uuid labels dimensions"),
    ])
    func optionsBringTheirMembers(_ options: String, _ expected: String) {
        let query = "context=ctx.two&options=" + PercentEncoding.encode(options)
        let body = Self.shapes.body("/api/v1/context?" + query)
        let all = ["deleted", "flags", "queued_reasons", "charts", "uuid", "labels", "dimensions"]
        #expect(all.filter { body.contains("\"\($0)\":") }.joined(separator: " ") == expected)
    }

    @Test func chartsThatDifferAreMerged() {
        let body = Self.shapes.body("/api/v1/contexts")
        for lines in [
            ["title\":\"[x]", "units\":\"w", "family\":\"[x]", "chart_type\":\"area", "priority\":90,"],
            [
                "title\":\"Core [x] util", "units\":\"percentage", "family\":\"cpu", "chart_type\":\"line",
                "priority\":300,",
            ],
        ] {
            let text = lines.map { "\t\t\t\"" + $0 + ($0.hasSuffix(",") ? "" : "\",") }.joined(separator: "\n")
            #expect(body.contains(text), "\(text)\n\(body)")
        }
        #expect(MergedContext.merged("eth0", "eth1") == "eth[x]")
        #expect(MergedContext.merged("Core [x] util", "Core 12 util") == "Core [x] util")
        #expect(MergedContext.merged("aa", "a") == "a[x]")
        #expect(MergedContext.merged("", "a") == "[x]")
    }

    /// Of a host that is gone nothing is collected: its contexts end with their last point.
    @Test func whatIsGoneIsArchived() {
        let bench = WebBench()
        let host = bench.hosts.add(WebBench.host(WebBench.childGUID, "nd-b"))
        bench.collect(
            ChartDefinition(id: "a.b", context: "c"),
            [DimensionDefinition(id: "x")],
            [[1], [2], [3]],
            on: host
        )
        let last = bench.clock.now() / microsecondsPerSecond
        bench.clock.advance(seconds: 100)
        func context() -> String { bench.body("/host/nd-b/api/v1/context?context=c&options=flags") }
        #expect(context().contains("\"last_time_t\":\(last + 100),\n\t\t\t\"collected\":true,"))
        #expect(context().contains("\"flags\":\"COLLECTED LIVE_RETENTION \""))
        host.status.withLock { $0.become(.down, at: bench.clock.now()) }
        #expect(context().contains("\"last_time_t\":\(last),\n\t\t\t\"collected\":false,"))
        #expect(context().contains("\"flags\":\"ARCHIVED LIVE_RETENTION \""))
    }
}
