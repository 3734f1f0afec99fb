import Basics
import Config
import Status
import Store
import Testing

@testable import Exporting

/// Prometheus remote write (exporting §6, §7).
@Suite struct RemoteWriteTests {
    private let host = makeHost()
    private let hosts: Hosts

    init() {
        hosts = Hosts(local: host)
        collect(host, through: start + 9)
    }

    private func series(
        _ text: String = "",
        after: Int64 = start + 4,
        now: Int64 = start + 9,
        _ hosts: Hosts? = nil
    ) throws -> [DecodedSeries] {
        let connector = try connector(text, "prometheus_remote_write:a")
        #expect(connector.delivery == .http && connector.format == .remoteWrite)
        let batch = Batch(connector, hosts ?? self.hosts, after: after, now: now)
        let series = try batch.parts.flatMap { part in
            let bytes = try #require(unsnappied(part.bytes))
            let series = try #require(decodedSeries(bytes))
            #expect(series.count == part.metrics)
            return series
        }
        return series
    }

    @Test func averages() throws {
        let series = try series()
        #expect(
            series.map(\.description) == [
                "{__name__=netdata_info,_has_unstable_connection=false,_is_ephemeral=false,application=netdata,dc=eu-1,"
                    + "instance=nd-c,odd_key=a b.c:d:e_f,role=web server,version=v1.37.1} 1.0 1795339839000",
                "{__name__=netdata_test_gauge_units_average,chart=test.gauge,dimension=val,family=tfam,instance=nd-c} "
                    + "2.0 1795339836000",
                "{__name__=netdata_test_gauge_units_average,chart=test.gauge,dimension=second,family=tfam,instance=nd-c} "
                    + "4.0 1795339836000",
            ]
        )
    }

    /// Another chart, with one dimension that is always 7.
    private func add(_ definition: ChartDefinition, _ dimension: DimensionDefinition, seconds: Int64) {
        host.withDatabase { database in
            let chart = database.define(definition, now: start * 1_000_000)!
            database.define(dimension, in: chart)
            for second in start..<start + seconds {
                database.begin(
                    chart,
                    microseconds: second == start ? 0 : 1_000_000,
                    now: second * 1_000_000,
                    trusted: true
                )
                database.set(0, 7)
                database.end(now: second * 1_000_000)
            }
        }
    }

    /// A chart may have no units: the name is what a scrape calls it, as in 1.37.1.
    @Test func withoutUnits() throws {
        add(ChartDefinition(id: "test.bare", units: ""), DimensionDefinition(id: "d"), seconds: 10)
        let names = try series().compactMap(\.labels.first)
        #expect(names.contains("__name__=netdata_test_bare__average"), "\(names)")
    }

    @Test func sumsAndIds() throws {
        let text = "data source = sum\nsend names instead of ids = no\nprefix = 9 x\nhostname = me"
        let series = try series(text)
        #expect(
            series.dropFirst().map(\.description) == [
                "{__name__=_9_x_test_gauge_sum,chart=test.gauge,dimension=val,family=tfam,instance=me} 10.0 1795339836000",
                "{__name__=_9_x_test_gauge_sum,chart=test.gauge,dimension=two,family=tfam,instance=me} 20.0 1795339836000",
            ]
        )
    }

    @Test func asCollectedOnlyWhatIsNew() throws {
        add(ChartDefinition(id: "test.rate"), DimensionDefinition(id: "d", algorithm: .incremental), seconds: 2)
        let text = "data source = as collected\nsend configured labels = no"
        let all = try series(text, after: start).dropFirst().map(\.description)
        #expect(
            all == [
                "{__name__=netdata_test_gauge,chart=test.gauge,dimension=val,family=tfam,instance=nd-c} 20.0 1795339839000",
                "{__name__=netdata_test_gauge,chart=test.gauge,dimension=second,family=tfam,instance=nd-c} 9.0 1795339839000",
                "{__name__=netdata_test_rate_total,chart=test.rate,dimension=d,family=test,instance=nd-c} 7.0 1795339831000",
            ]
        )
        // What was not collected since the last batch has no new sample.
        let newer = try series(text, after: start + 5)
        let nothing = try series(text, after: start + 20, now: start + 29)
        #expect(newer.count == 3 && nothing.isEmpty)
    }

    /// Two samples of a series must not have one time: receivers refuse the second.
    @Test func aSlowChartIsNotSentTwice() throws {
        let seen = try (start + 4...start + 9).flatMap { now in
            try series("update every = 1", after: now - 1, now: now).dropFirst().map(\.milliseconds)
        }
        #expect(seen.count == 2 * Set(seen).count && seen == seen.sorted())
        let slow = makeHost(every: 5)
        for second in stride(from: start, through: start + 40, by: 5) {
            slow.withDatabase { database in
                guard let chart = database.find("test.gauge") else { return }
                database.begin(
                    chart,
                    microseconds: second == start ? 0 : 5_000_000,
                    now: second * 1_000_000,
                    trusted: true
                )
                database.set(0, second)
                database.set(1, second)
                database.end(now: second * 1_000_000)
            }
        }
        let slowHosts = Hosts(local: slow)
        let times = try (start + 12...start + 40).flatMap { now in
            try series("update every = 1", after: now - 1, now: now, slowHosts).dropFirst().map(\.milliseconds)
        }
        #expect(!times.isEmpty && times.count == 2 * Set(times).count && times == times.sorted(), "\(times)")
    }

    @Test func variables() throws {
        host.withDatabase { database in
            database.setHostVariable("my var", 4.5)
            database.setVariable("limit", 3, of: database.find("test.gauge")!)
        }
        #expect(
            try series().filter { $0.labels.count == 2 }.map(\.description) == [
                "{__name__=netdata_my_var,instance=nd-c} 4.5 1795339839000",
                "{__name__=netdata_test_gauge_limit,instance=nd-c} 3.0 1795339839000",
            ]
        )
        #expect(try series("send variables = no").filter { $0.labels.count == 2 } == [])
    }

    /// A request with two labels of one name, or a label without a value, is refused as a whole.
    @Test func labelsAreOnesThatReceiversTake() throws {
        host.setLabels([
            Label(key: "a.b", value: "1", source: 2), Label(key: "a/b", value: "2", source: 2),
            Label(key: "instance", value: "x", source: 2), Label(key: "9", value: "y", source: 2),
            Label(key: "Upper", value: "z", source: 2), Label(key: "none", value: "", source: 2),
        ])
        #expect(
            try series()[0].labels
                == [
                    "Upper=z", "_9=y", "__name__=netdata_info", "a_b=1", "application=netdata", "instance=nd-c",
                    "none=[none]", "version=v1.37.1",
                ].sorted()
        )
    }

    @Test func requestsHaveALimit() throws {
        let connector = try connector("data source = as collected", "prometheus_remote_write:a")
        let many = makeHost()
        many.withDatabase { database in
            let now = start * 1_000_000
            let chart = database.define(ChartDefinition(id: "a.b"), now: now)!
            for index in 0..<BatchWriter.seriesOfARequest {
                database.define(DimensionDefinition(id: "d\(index)"), in: chart)
            }
            database.begin(chart, microseconds: 0, now: now, trusted: true)
            for index in 0..<BatchWriter.seriesOfARequest { database.set(Int32(index), 1) }
            database.end(now: now)
        }
        let batch = Batch(connector, Hosts(local: many), after: start, now: start + 1)
        // What says who the host is takes a place.
        #expect(batch.parts.map(\.metrics) == [BatchWriter.seriesOfARequest, 1])
    }

    @Test func theHeadOfARequest() throws {
        let connector = try connector(
            "username = u\nremote write URL path = /api/v1/write",
            "prometheus_remote_write:a",
            port: 9090
        )
        let head = connector.requestHead(to: connector.destinations[0], bodyBytes: 5)
        #expect(
            String(decoding: head, as: UTF8.self)
                == "POST /api/v1/write HTTP/1.1\r\nHost: 127.0.0.1:9090\r\nAuthorization: Basic dTo=\r\n"
                + "Content-Encoding: snappy\r\nContent-Type: application/x-protobuf\r\n"
                + "X-Prometheus-Remote-Write-Version: 0.1.0\r\nContent-Length: 5\r\n\r\n"
        )
    }

    /// What only says how to get there is no part of a name.
    @Test(arguments: [
        ("tcp:db:80:SSL", "db:80"), ("[fe80::1%eth0]:80", "[fe80::1]:80"), ("localhost", "localhost"),
        ("unix:/run/db", "localhost"), ("db.example", "db.example"),
    ])
    func names(destination: String, host: String) throws {
        var connector = try connector("", "json:http:a")
        connector.destinations = [try Destination(destination, defaultPort: "1")]
        let head = connector.requestHead(to: connector.destinations[0], bodyBytes: 0)
        #expect(String(decoding: head, as: UTF8.self).contains("\r\nHost: \(host)\r\n"))
    }
}

@Suite struct ProtobufTests {
    @Test(
        arguments: [
            (0, [0]), (127, [127]), (128, [128, 1]), (300, [172, 2]),
            (UInt64.max, [255, 255, 255, 255, 255, 255, 255, 255, 255, 1]),
        ] as [(UInt64, [UInt8])]
    )
    func varints(number: UInt64, bytes: [UInt8]) {
        var written: [UInt8] = []
        appendVarint(number, to: &written)
        #expect(written == bytes)
    }

    /// The examples of the encoding's own description.
    @Test func fields() {
        var message = Protobuf()
        message.field(1, Int64(150))
        message.field(2, "testing")
        #expect(message.bytes == [0x08, 0x96, 0x01, 0x12, 0x07] + Array("testing".utf8))
        var nested = Protobuf()
        nested.field(3) { $0.field(1, Int64(150)) }
        #expect(nested.bytes == [0x1a, 0x03, 0x08, 0x96, 0x01])
        var number = Protobuf()
        number.field(1, 1.5)
        #expect(number.bytes == [0x09, 0, 0, 0, 0, 0, 0, 0xf8, 0x3f])
        var negative = Protobuf()
        negative.field(2, Int64(-1))
        #expect(negative.bytes == [0x10] + [UInt8](repeating: 0xff, count: 9) + [1])
        var defaults = Protobuf()
        defaults.field(1, 0.0)
        defaults.field(2, Int64(0))
        defaults.field(3, "")
        #expect(defaults.bytes.isEmpty)
    }
}

@Suite struct SnappyTests {
    @Test func smallOnes() {
        #expect(Snappy.compress([]) == [0])
        #expect(Snappy.compress(Array("abc".utf8)) == [3, 2 << 2] + Array("abc".utf8))
        // Four literals, then a copy of what repeats.
        let repeated = Snappy.compress(Array("abcdabcdabcdabcd".utf8))
        #expect(repeated == [16, 3 << 2] + Array("abcd".utf8) + [11 << 2 | 2, 4, 0])
    }

    /// Everything comes back, whatever it is, and whatever its length.
    @Test func whatGoesInComesOut() {
        var generator = SeededGenerator(seed: 20_261_127)
        print("seed 20261127")
        for round in 0..<300 {
            let length = round < 150 ? round : Int.random(in: 0..<300_000, using: &generator)
            let letters = UInt8.random(in: 0...255, using: &generator)
            var bytes: [UInt8] = []
            while bytes.count < length {
                if Bool.random(using: &generator), !bytes.isEmpty {
                    let from = Int.random(in: 0..<bytes.count, using: &generator)
                    bytes += bytes[from..<min(bytes.count, from + Int.random(in: 1...200, using: &generator))]
                } else {
                    bytes.append(UInt8.random(in: 0...letters, using: &generator))
                }
            }
            bytes = Array(bytes.prefix(length))
            #expect(unsnappied(Snappy.compress(bytes)) == bytes, "round \(round)")
        }
    }

    /// At the borders of the pieces and of the forms that a literal's length has.
    @Test(arguments: [60, 61, 256, 257, 65_535, 65_536, 65_537, 131_072])
    func borders(length: Int) {
        var generator = SeededGenerator(seed: UInt64(length))
        let noise = (0..<length).map { _ in UInt8.random(in: 0...255, using: &generator) }
        #expect(unsnappied(Snappy.compress(noise)) == noise)
        let zeros = [UInt8](repeating: 0, count: length)
        let packed = Snappy.compress(zeros)
        #expect(unsnappied(packed) == zeros && packed.count < length / 10 + 20)
    }
}

/// SplitMix64.
struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64
    init(seed: UInt64) { state = seed }
    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var value = state
        value = (value ^ value >> 30) &* 0xbf58_476d_1ce4_e5b9
        value = (value ^ value >> 27) &* 0x94d0_49bb_1331_11eb
        return value ^ value >> 31
    }
}
