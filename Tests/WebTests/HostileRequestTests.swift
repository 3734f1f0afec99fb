import Basics
import Store
import Testing
import Transport

@testable import Web

/// Whatever is asked: an answer, soon, and no larger than its limit.
struct HostileRequestTests {
    static let bench = {
        let bench = WebBench()
        bench.collect(
            ChartDefinition(id: "a.b"),
            (0..<10).map { DimensionDefinition(id: "d\($0)") },
            (0..<600).map { row in (0..<10).map { Int64(row * $0) } }
        )
        bench.collect(ChartDefinition(id: "a.c"), [DimensionDefinition(id: "d1")], (0..<600).map { [Int64($0)] })
        return bench
    }()

    @Test(arguments: [
        "after=-9e99", "after=99999999999999999999999", "after=-99999999999999999999999&before=1",
        "before=-9223372036854775808&after=9223372036854775807", "after=nan&before=inf", "after=1&before=1",
        "after=1&before=94608001", "after=94608001&before=94608002", "points=1000000000000",
        "points=-1", "points=9223372036854775808", "points=0x10", "points=1.5",
        "gtime=99999999999999999999", "gtime=-5", "gtime=1&points=3", "gtime=3&group=average&points=1000000000000",
        "group=countif&group_options=%3E%3E%3E1e999", "group=nonsense",
        "group=percentile&group_options=-1e308", "group=percentile&group_options=999999999999999999999999999999",
        "group=trimmed-mean&group_options=1e5", "group=trimmed-median&group_options=50",
        "group=percentile999999999999999999999", "group=trimmed-mean-5", "group=median&group_options=.",
        "options=,,,||| |flip,,nonsense,FLIP", "format=%ff%fe&callback=%0d%0aX:%20y", "tqx=;;;:::;sig:x;out:;reqId:%22",
        "tier=99999999999999999999", "timeout=-1", "timeout=99999999999999999999", "filename=%0d%0aSet-Cookie:%20x",
        "dimensions=!*", "dimensions=%7C%7C%7C,,,", "dimensions=%5C", "dimensions=!", "=&=&&&===",
        "chart_label_key=*&chart_labels_filter=*", "context=*&chart=!*",
    ])
    func anyParameterIsAnswered(_ parameters: String) {
        for format in ["", "&format=csv", "&format=ssv&options=min2max", "&options=jsonwrap,percentage,abs"] {
            let response = Self.bench.get("/api/v1/data?chart=a.c&\(parameters)\(format)")
            #expect([200, 400, 404].contains(response.status), "\(parameters)\(format): \(response.status)")
            #expect(response.body.count < 10_000_000)
            for field in response.fields { #expect(!field.value.utf8.contains { $0 < 0x20 }) }
        }
    }

    @Test func aThousandDimensionsAreAnsweredAndOneMoreIsNot() {
        let limit = QueryLimits().patterns
        func ask(_ count: Int) -> HTTPResponse {
            Self.bench.get("/api/v1/data?chart=a.b&after=-5" + (0..<count).map { "&dim=d\($0 % 10)" }.joined())
        }
        #expect(ask(limit).status == 200)
        #expect(ask(limit + 1).status == 400)
        #expect(ask(limit + 1).bodyText.contains("more than 1000 dimensions"))
    }

    @Test func valuesHaveALimit() {
        var bench = Self.bench
        bench.context.queryLimits.values = 100
        #expect(bench.get("/api/v1/data?chart=a.b&after=-10&points=10").status == 200)
        let refused = bench.get("/api/v1/data?chart=a.b&after=-11&points=11")
        #expect(refused.status == 400)
        #expect(refused.bodyText.contains("11 rows of 10 dimensions (limit 100 values)"))
        #expect(bench.get("/api/v1/data?chart=a.b&after=-11&points=11&dimensions=d1").status == 200)
    }

    @Test func storedPointsHaveALimit() {
        var bench = Self.bench
        bench.context.queryLimits.storedPoints = 1000
        #expect(bench.get("/api/v1/data?chart=a.b&after=-100&points=1").status == 200)
        #expect(bench.get("/api/v1/data?chart=a.b&after=-200&points=1").status == 400)
    }

    @Test func rowsAreCutToTheirLimit() throws {
        let body = Self.bench.body("/api/v1/data?chart=a.c&after=-94608000&points=1000000000&format=ssv")
        #expect(body.split(separator: " ").count <= 86_400)
    }

    @Test func timeoutsAreKept() {
        let request = HTTPRequest(
            .get,
            "/api/v1/data?chart=a.b&after=-5&timeout=100",
            receivedAt: Self.bench.clock.now() - 101_000
        )!
        let late = Self.bench.service.answer(request)
        #expect(late.status == 503)
        #expect(late.bodyText == "Query timeout exceeded")
        #expect(Self.bench.get("/api/v1/data?chart=a.b&after=-5&timeout=100").status == 200)
    }

    @Test func filtersOfAnyKindAreAnswered() {
        for filter in ["!", "!*", "*", "***", "%5C", "%20", "!!a", String(repeating: "*a", count: 4000)] {
            for format in ["shell", "json", "prometheus", "prometheus_all_hosts"] {
                #expect(Self.bench.get("/api/v1/allmetrics?format=\(format)&filter=\(filter)").status == 200)
            }
        }
    }
}
