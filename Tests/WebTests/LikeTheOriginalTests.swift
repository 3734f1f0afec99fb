import Basics
import Store
import Testing
import Transport

@testable import Web

/// What the captured answers are silent about, and 1.37.1 said when it was asked beside this program (Tests/API).
struct LikeTheOriginalTests {
    static let now = GoldenDataset.start

    /// A chart whose newest point is of now.
    private func bench(
        _ definition: ChartDefinition,
        _ dimensions: [DimensionDefinition],
        _ rows: [[Double]],
        mode: MemoryMode = .ram
    ) -> WebBench {
        let bench = WebBench(now: Self.now)
        add(definition, dimensions, rows, to: bench)
        return bench
    }

    private func add(
        _ definition: ChartDefinition,
        _ dimensions: [DimensionDefinition],
        _ rows: [[Double]],
        to bench: WebBench
    ) {
        bench.hosts.local.withDatabase { database in
            let every = Int64(max(1, definition.updateEvery))
            let first = Self.now - Int64(rows.count - 1) * every
            let ref = database.define(definition, now: first * 1_000_000)!
            for dimension in dimensions { database.define(dimension, in: ref) }
            for (index, row) in rows.enumerated() { database.load(row, at: first + Int64(index) * every, into: ref) }
        }
    }

    private let two = [DimensionDefinition(id: "x"), DimensionDefinition(id: "y")]

    /// Half of a unit in the last decimal: it hangs on the order of the sums.
    @Test(arguments: [
        ("percentile95", [0, 0, 1.0016, 0.9978, 0, 2, 0, 1.0045, 0.9425, 0.0018175], "0.5450468"),
        ("percentile50", [.nan, .nan, .nan, .nan, .nan, .nan, .nan, 0, 0.9907, 0.001933], "0.0004833"),
        (
            "percentile25", [0, 0.5, 0.5, 0.9950249, 0.5025298, 0, 0.5024995, 0.5025126, 0.5025126, 0.4975125],
            "0.0829188"
        ),
        ("percentile99", [0, 0, 0.5, 0, 0, 0, 0.4999975, 0.5, 0, 0], "0.1499997"),
        ("percentile99", [1, 1, 0.000001, 0, 0, 0, 0.4999715, 0.5, 0.5, 1.5], "0.4949972"),
    ])
    func percentilesAreSummedInItsOrder(_ group: String, _ values: [Double], _ expected: String) {
        let bench = bench(ChartDefinition(id: "a.b"), [DimensionDefinition(id: "x")], values.map { [$0] })
        let window = "after=\(Self.now - 9)&before=\(Self.now)&points=1&options=unaligned"
        bench.clock.advance(seconds: 5)
        #expect(bench.body("/api/v1/data?chart=a.b&format=ssv&group=\(group)&\(window)") == expected)
    }

    /// A window that begins within a point lies on the line from the point in front of it.
    @Test func firstRowLiesOnTheLineToItsPoint() {
        let definition = ChartDefinition(id: "a.b", updateEvery: 5)
        let bench = bench(definition, [DimensionDefinition(id: "x")], (0..<20).map { [Double($0 * 10)] })
        bench.clock.advance(seconds: 5)
        let window = "after=\(Self.now - 7)&before=\(Self.now)&points=8&options=unaligned"
        #expect(bench.body("/api/v1/data?chart=a.b&format=ssv&\(window)") == "190 188 186 184 182 180 178 176")
        #expect(bench.body("/api/v1/data?chart=a.b&\(window),jsonwrap").contains("\"db_points_per_tier\": [ 3 ]"))
    }

    /// Where that point ends as the first row begins, it counts in the row.
    @Test func pointInFrontOfTheFirstRowCounts() {
        let definition = ChartDefinition(id: "a.b", updateEvery: 2)
        let bench = bench(definition, [DimensionDefinition(id: "x")], (0..<20).map { [Double($0 * 8)] })
        bench.clock.advance(seconds: 5)
        let window = "after=\(Self.now - 3)&before=\(Self.now)&points=4&options=unaligned&format=ssv"
        // 136 four seconds ago, 144 two seconds ago: 140 in between, and half of the way from there to 136.
        #expect(bench.body("/api/v1/data?chart=a.b&\(window)") == "152 148 144 138")
        #expect(bench.body("/api/v1/data?chart=a.b&\(window)&group=sum").hasSuffix(" 276"))
    }

    @Test func namesOfChartsAreMatchedAsThoseOfDimensions() {
        let bench = bench(ChartDefinition(id: "a.b", name: "a.other"), two, [[5, 6], [7, 8]])
        for (pattern, option, status) in [
            ("a.b*", "match-ids", 200), ("a.b*", "match-names", 404), ("a.o*", "match-names", 200),
        ] {
            #expect(bench.get("/api/v1/data?chart=\(pattern)&after=-2&options=\(option)").status == status)
        }
    }

    /// Nothing here is called anomalous: a rate of 0 where there is a point, whatever it is grouped by.
    @Test func anomalyRatesAreZero() {
        let bench = bench(ChartDefinition(id: "a.b"), two, [[5, 6], [7, .nan], [8, 9]])
        bench.clock.advance(seconds: 5)
        let window = "after=\(Self.now - 2)&before=\(Self.now)"
        let query = "/api/v1/data?chart=a.b&\(window)&format=csv&options=seconds,anomaly-bit"
        #expect(
            bench.body(query)
                == "time,x,y\r\n\(Self.now),0,0\r\n\(Self.now - 1),0,null\r\n\(Self.now - 2),0,0\r\n"
        )
        #expect(bench.body(query + "&points=1&group=countif").contains(",100,100\r\n"))
    }

    @Test func googleQuotesAreSingle() {
        let bench = bench(ChartDefinition(id: "a.b"), two, [[5, 6], [7, 8]])
        bench.clock.advance(seconds: 5)
        let query = "/api/v1/data?chart=a.b&after=\(Self.now - 1)&before=\(Self.now)&options=jsonwrap,google_json"
        #expect(bench.body(query + "&format=ssv").contains("result: '15 11',\n min: "))
        #expect(bench.body(query + ",jw-anomaly-rates&format=json").contains(",\n   anomaly_rates: {\n"))
        #expect(!bench.body(query + ",jw-anomaly-rates&format=jsonp").contains("anomaly_rates"))
    }

    @Test func noVariablesNeedNoComment() {
        let bench = bench(ChartDefinition(id: "a.b"), two, [[5, 6], [7, 8]])
        let target = "/api/v1/allmetrics?format=prometheus&variables=yes&help=yes"
        #expect(!bench.body(target).contains("global host and chart variables"))
        bench.hosts.local.withDatabase { _ = $0.setHostVariable("limit", 5) }
        #expect(bench.body(target).contains("\n\n# COMMENT global host and chart variables\n"))
    }

    @Test func variablesOfManyHostsSayWhose() {
        let bench = bench(ChartDefinition(id: "a.b"), two, [[5, 6], [7, 8]])
        bench.hosts.local.withDatabase { _ = $0.setHostVariable("limit", 5) }
        let target = "/api/v1/allmetrics?variables=yes&timestamps=no&format=prometheus"
        #expect(bench.body(target).hasSuffix("\nnetdata_limit 5.0000000\n"))
        #expect(bench.body(target + "_all_hosts").hasSuffix("\nnetdata_limit{instance=\"nd-a\"} 5.0000000\n"))
    }

    @Test(arguments: ["", "&options=null2zero"])
    func aBadgeOfNullsIsNone(_ options: String) {
        let target = "/api/v1/badge.svg?chart=a.b&after=\(Self.now - 1)&before=\(Self.now)&points=2" + options
        let none = bench(ChartDefinition(id: "a.b"), two, [[5, 6], [.nan, .nan]])
        none.clock.advance(seconds: 1)
        #expect(none.body(target).contains(">-</text>"))
        let half = bench(ChartDefinition(id: "a.b"), two, [[5, 6], [7, .nan]])
        half.clock.advance(seconds: 1)
        #expect(half.body(target).contains(">7 "))
    }

    @Test func jsonpCallsTheHandlerOfGoogle() {
        let bench = bench(ChartDefinition(id: "a.b"), two, [[5, 6], [7, 8]])
        let query = "/api/v1/data?chart=a.b&after=-2&format=jsonp"
        #expect(bench.body(query).hasPrefix("callback({"))
        #expect(bench.body(query + "&callback=mine").hasPrefix("mine({"))
        #expect(bench.body(query + "&tqx=responseHandler:other").hasPrefix("other({"))
    }

    @Test(arguments: ["jsonp", "datasource"])
    func theLastHandlerCounts(_ format: String) {
        let bench = bench(ChartDefinition(id: "a.b"), two, [[5, 6], [7, 8]])
        let query = "/api/v1/data?chart=a.b&after=-2&format=" + format
        #expect(bench.body(query + "&callback=mine&tqx=responseHandler:other").hasPrefix("other({"))
        #expect(bench.body(query + "&tqx=responseHandler:other&callback=mine").hasPrefix("mine({"))
        #expect(bench.body(query + "&tqx=responseHandler:other&callback=").hasPrefix("other({"))
        #expect(bench.body(query + "&callback=mine&callback=yours&tqx=reqId:1").hasPrefix("yours({"))
    }

    /// A percentage needs all dimensions, so none that is named is no reason for a refusal.
    @Test func percentagesOfNothingAreAnAnswer() {
        let bench = bench(ChartDefinition(id: "a.b"), two, [[5, 6], [7, 8]])
        let query = "/api/v1/data?chart=a.b&after=-2&dimensions=none"
        #expect(bench.get(query).status == 404)
        #expect(bench.get(query + "&options=percentage").status == 200)
        #expect(bench.body(query + "&options=percentage").contains("[\"time\",\"no data\"]"))
    }

    @Test func aChartIsCalledByItsName() {
        let bench = bench(ChartDefinition(id: "a.b", name: "a.other"), two, [[5, 6], [7, 8]])
        for chart in ["a.b", "a.other"] {
            let body = bench.body("/api/v1/data?chart=\(chart)&after=-2&options=jsonwrap")
            #expect(body.contains("\"id\": \"chart://host:nd-a/instance:a.other/dimensions:*/"), "\(body)")
        }
    }

    @Test func chartsComeContextByContext() {
        let bench = WebBench(now: Self.now)
        for (id, context) in [("a.one", "x"), ("a.two", "y"), ("a.three", "x")] {
            let rows: [[Double]] = [[1], [2]]
            add(ChartDefinition(id: id, context: context), [DimensionDefinition(id: id)], rows, to: bench)
        }
        #expect(bench.body("/api/v1/data?chart=a.*&after=-2").contains("[\"time\",\"a.one\",\"a.three\",\"a.two\"]"))
    }

    /// Charts that only their labels leave out still say how far apart rows are; keys come as they are named.
    @Test func labelsChooseLast() {
        let bench = WebBench(now: Self.now)
        func label(_ key: String, _ value: String) -> Label { Label(key: key, value: value, source: 1) }
        let labels = [label("color", "blue"), label("number", "n2")]
        let slow = ChartDefinition(id: "a.slow", updateEvery: 2, labels: labels)
        add(slow, [DimensionDefinition(id: "x")], (0..<30).map { [Double($0)] }, to: bench)
        add(ChartDefinition(id: "a.fast"), [DimensionDefinition(id: "x")], (0..<60).map { [Double($0)] }, to: bench)
        bench.clock.advance(seconds: 5)
        let query = "/api/v1/data?chart=a.*&after=-10&options=jsonwrap"
        #expect(bench.body(query + "&chart_labels_filter=color:blue").contains("\"view_update_every\": 1,"))
        #expect(bench.body(query.replacing("a.*", with: "*.sl*")).contains("\"view_update_every\": 1,"))
        let everything = bench.body(query.replacing("a.*", with: "*.sl*") + ",all-dimensions")
        #expect(everything.contains("\"full_dimension_list\": [[\"x\",\"x\"]],"))
        #expect(everything.contains("\"full_chart_list\": [[\"a.slow\",\"a.slow\"],[\"a.fast\",\"a.fast\"]],"))
        let body = bench.body(query + "&chart_label_key=number|color")
        #expect(body.contains("\"chart_labels\": { \"number\" : [\"n2\"], \"color\" : [\"blue\"]},"), "\(body)")
    }

    @Test func shellsRoundHalvesUp() {
        let bench = WebBench(now: Self.now)
        bench.collect(
            ChartDefinition(id: "a.b", units: "u"),
            [DimensionDefinition(id: "x", divisor: 2), DimensionDefinition(id: "y", multiplier: -1, divisor: 2)],
            [[1, 1], [1, 1], [5, 17]]
        )
        let body = bench.body("/api/v1/allmetrics")
        #expect(body.contains("NETDATA_A_B_X=\"3\"") && body.contains("NETDATA_A_B_Y=\"9\""), "\(body)")
    }

    /// A badge that says only when its window ends is about the last collection before that.
    @Test func badgesAreOfTheLastCollectionBeforeTheirEnd() {
        let bench = WebBench(now: Self.now)
        bench.collect(ChartDefinition(id: "a.b", units: "u"), [DimensionDefinition(id: "x")], (1...30).map { [$0] })
        #expect(bench.body("/api/v1/badge.svg?chart=a.b&before=\(Self.now - 10)").contains(">20 u</text>"))
    }

    /// How often a badge is to be asked for again is what its parameters say, and only then it may be kept.
    @Test(arguments: [
        ("after=-12", "12", false), ("after=-20&before=-10", "10", false), ("before=-5", "4", false),
        ("after=\(now - 20)&before=\(now - 9)", "11", true),
    ])
    func badgesComeAgainAfterTheirWindow(_ window: String, _ seconds: String, _ isCacheable: Bool) {
        let bench = WebBench(now: Self.now)
        bench.collect(ChartDefinition(id: "a.b", units: "u"), [DimensionDefinition(id: "x")], (1...30).map { [$0] })
        let response = bench.get("/api/v1/badge.svg?chart=a.b&refresh=auto&\(window)")
        #expect(response.fields.first { $0.name == "Refresh" }?.value == seconds)
        #expect(response.isCacheable == isCacheable)
        #expect(!bench.get("/api/v1/badge.svg?chart=a.b&\(window)").isCacheable)
        let unaligned = bench.get("/api/v1/badge.svg?chart=a.b&refresh=auto&options=unaligned&\(window)")
        #expect(unaligned.fields.first { $0.name == "Refresh" }?.value == "1")
    }

    @Test func whatIsNotFoundLooksAlwaysAlike() {
        let bench = WebBench(now: Self.now)
        let plain = bench.body("/api/v1/badge.svg?chart=none")
        let looks = "label_color=red&text_color_lbl=black&text_color_val=yellow&fixed_width_lbl=90&fixed_width_val=90"
        #expect(bench.body("/api/v1/badge.svg?chart=none&\(looks)") == plain)
        #expect(bench.body("/api/v1/badge.svg?chart=none&scale=200") != plain)
    }

    /// A value that is there or not, refreshed; what was not even asked for is not.
    @Test func badgesWithoutAValueComeAgainToo() {
        let bench = WebBench(now: Self.now)
        bench.collect(ChartDefinition(id: "a.b", units: "u"), two, (1...30).map { [$0] })
        func refresh(_ query: String) -> String? {
            bench.get("/api/v1/badge.svg?chart=a.b&refresh=7&\(query)").fields.first { $0.name == "Refresh" }?.value
        }
        #expect(bench.body("/api/v1/badge.svg?chart=a.b&dimensions=y").contains(">-</text>"))
        #expect(refresh("dimensions=x") == "7" && refresh("dimensions=y") == "7")
        #expect(refresh("dimensions=none") == nil)
        bench.clock.advance(seconds: 60)
        #expect(refresh("dimensions=x") == nil)
    }

    /// The colour is still chosen by the value.
    @Test(arguments: ["display_absolute", "display-absolute"])
    func badgesMayLeaveOutTheSign(_ option: String) {
        let bench = WebBench(now: Self.now)
        bench.collect(
            ChartDefinition(id: "a.b", units: "u"),
            [DimensionDefinition(id: "x")],
            (1...30).map { _ in [-42] }
        )
        let body = bench.body("/api/v1/badge.svg?chart=a.b&options=\(option)&value_color=red%3C0|green")
        #expect(body.contains(">42 u</text>") && body.contains("fill=\"#e05d44\""), "\(body)")
    }

    /// What a chart had before or has after the window does not matter for the lists of everything, nor for how far rows are apart.
    @Test func chartsOutsideTheWindowAreListed() {
        let bench = WebBench(now: Self.now)
        let slow = ChartDefinition(id: "a.slow", context: "x", updateEvery: 5)
        add(slow, [DimensionDefinition(id: "long")], (0..<40).map { [Double($0)] }, to: bench)
        let new = ChartDefinition(id: "a.new", context: "x")
        add(new, [DimensionDefinition(id: "short")], (0..<5).map { [Double($0)] }, to: bench)
        bench.clock.advance(seconds: 5)
        let window = "after=\(Self.now - 100)&before=\(Self.now - 90)&options=jsonwrap,all-dimensions"
        let body = bench.body("/api/v1/data?context=x&\(window)")
        #expect(body.contains("\"full_chart_list\": [[\"a.slow\",\"a.slow\"],[\"a.new\",\"a.new\"]],"), "\(body)")
        #expect(body.contains("\"full_dimension_list\": [[\"long\",\"long\"],[\"short\",\"short\"]],"))
        #expect(body.contains("\"dimension_ids\": [\"long\"],") && body.contains("\"view_update_every\": 1,"))
        #expect(bench.get("/api/v1/data?chart=a.new&\(window)").status == 404)
    }

    @Test func everythingIsNothingInParticular() {
        let bench = bench(ChartDefinition(id: "a.b"), two, [[5, 6], [7, 8]])
        for (query, status) in [
            ("chart=*", 400), ("context=*", 400), ("chart=*&context=*", 400), ("context=*&chart=a.b", 200),
            ("context=a.b&chart=*", 200), ("context=**", 200),
        ] {
            #expect(bench.get("/api/v1/data?after=-2&\(query)").status == status, "\(query)")
        }
    }

    /// Who names labels or dimensions sees the charts and the dimensions.
    @Test func contextsShowWhatTheyAreChosenBy() {
        let labels = [Label(key: "color", value: "red", source: 1)]
        let bench = bench(ChartDefinition(id: "a.b", labels: labels), two, [[5, 6], [7, 8]])
        for (query, hasCharts, hasDimensions) in [
            ("", false, false), ("chart_label_key=color", true, false), ("chart_labels_filter=color:red", true, false),
            ("dimensions=x", true, true),
        ] {
            for target in ["/api/v1/contexts?", "/api/v1/context?context=a.b&"] {
                let body = bench.body(target + query)
                #expect(body.contains("\"charts\": {") == hasCharts, "\(target)\(query)")
                #expect(body.contains("\"dimensions\": {") == hasDimensions, "\(target)\(query)")
            }
        }
    }

    /// A context is called what all its charts make of it, whichever of them are shown.
    @Test func contextsAreNamedByAllTheirCharts() {
        let bench = WebBench(now: Self.now)
        for number in 1...2 {
            let labels = [Label(key: "number", value: "n\(number)", source: 1)]
            let definition = ChartDefinition(id: "a.c\(number)", family: "f\(number)", context: "x", labels: labels)
            add(definition, [DimensionDefinition(id: "d\(number)")], [[1], [2]], to: bench)
        }
        for query in ["", "dimensions=d2", "chart_labels_filter=number:n2"] {
            let body = bench.body("/api/v1/context?context=x&\(query)")
            #expect(body.contains("\"family\":\"f[x]\""), "\(body)")
            #expect(body.contains("\"a.c1\": {") == false)
            #expect(body.contains("\"a.c2\": {") == !query.isEmpty)
        }
        #expect(bench.get("/api/v1/context?context=x&dimensions=none").status == 404)
    }

    /// Natural rows of the tier that is asked for are as long as the shortest points of the contexts, whichever charts are meant.
    @Test func rowsOfATierAreThoseOfAllCharts() {
        let bench = WebBench(now: Self.now)
        let slow = ChartDefinition(id: "a.slow", context: "x", updateEvery: 5)
        add(slow, [DimensionDefinition(id: "x")], (0..<40).map { [Double($0)] }, to: bench)
        add(
            ChartDefinition(id: "a.fast", context: "x"),
            [DimensionDefinition(id: "x")],
            (0..<9).map { [Double($0)] },
            to: bench
        )
        let body = bench.body("/api/v1/data?chart=*.slow&after=-50&tier=0&options=jsonwrap,selected-tier")
        #expect(body.contains("\"view_update_every\": 1,"), "\(body)")
    }

    /// What is collected and has been silent is not of the last minute; how long ago matters only where it is said until when.
    @Test(arguments: [
        ("after=-30", true), ("after=-30&before=0", true), ("after=-30&before=-5", false), ("after=\(now + 70)", false),
        ("after=\(now + 10)&before=\(now + 20)", false), ("after=\(now - 20)&before=\(now - 10)", true),
        ("after=\(now - 10)&before=\(now - 20)", true), ("before=\(now - 10)", true), ("before=-5", false),
    ])
    func contextsOfAWindowHavePointsInIt(_ window: String, _ isThere: Bool) {
        let bench = WebBench(now: Self.now)
        bench.collect(ChartDefinition(id: "a.b"), two, (1...30).map { [$0, $0] })
        bench.clock.advance(seconds: 100)
        #expect(bench.body("/api/v1/contexts?\(window)").contains("\"a.b\": {") == isThere)
    }

    /// As in queries: blanks are part of a word.
    @Test func wordsOfContextsHaveBlanks() {
        let labels = [Label(key: "site", value: "athens lab", source: 1)]
        let bench = bench(ChartDefinition(id: "a.b", labels: labels), [DimensionDefinition(id: "x y")], [[5], [7]])
        for (query, isThere) in [
            ("dimensions=x%20y", true), ("dimensions=%20x%20y", true), ("dimensions=x%20y%20", false),
            ("dimensions=x", false), ("dimensions=x%20y&dim=z", true), ("dimensions=z&dim=x%20y", true),
            ("chart_labels_filter=site:athens%20lab", true), ("chart_labels_filter=site:athens", false),
        ] {
            #expect(bench.body("/api/v1/contexts?\(query)").contains("\"a.b\": {") == isThere, "\(query)")
        }
    }

    @Test func contextsThatAreNotForPeopleSaySo() {
        let bench = bench(ChartDefinition(id: "a.b", options: .hidden), two, [[5, 6], [7, 8]])
        let flags = "\"flags\":\"COLLECTED LIVE_RETENTION HIDDEN \""
        let body = bench.body("/api/v1/context?context=a.b&options=full")
        #expect(body.ranges(of: flags).count == 2)
        #expect(body.ranges(of: "\"flags\":\"COLLECTED LIVE_RETENTION \"").count == 2, "\(body)")
    }

    /// As collected is what was set since the last scrape, each dimension by itself, with the time at which it came.
    @Test func dimensionsThatRestAreLeftOut() {
        let bench = WebBench(now: Self.now)
        let ref = bench.hosts.local.withDatabase { database in
            let ref = database.define(ChartDefinition(id: "a.b"), now: bench.clock.now())!
            for dimension in two { database.define(dimension, in: ref) }
            return ref
        }
        func collect(_ values: [Int64]) {
            bench.hosts.local.withDatabase { database in
                _ = database.begin(ref, microseconds: 1_000_000, now: bench.clock.now(), trusted: false)
                for (index, value) in values.enumerated() { _ = database.set(Int32(index), value) }
                _ = database.end(now: bench.clock.now())
            }
            bench.clock.advance(seconds: 1)
        }
        func lines(_ server: String) -> [String] {
            bench.body("/api/v1/allmetrics?format=prometheus&source=raw&server=\(server)").split(separator: "\n")
                .filter { $0.contains("dimension=") }.map { String($0.split(separator: "dimension=")[1]) }
        }
        for _ in 0..<2 { collect([1, 2]) }
        for _ in 0..<2 { collect([3]) }
        // y was set two seconds before x, and a first visit looks back for ten seconds.
        let (x, y) = (Self.now + 3, Self.now + 1)
        #expect(lines("one") == ["\"x\"} 3 \(x)000", "\"y\"} 2 \(y)999"])
        collect([4])
        #expect(lines("one") == ["\"x\"} 4 \(x + 1)000"])
        for _ in 0..<10 { collect([5]) }
        #expect(lines("two").count == 1)
    }
}
