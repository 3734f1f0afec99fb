import Basics
import Config
import Status
import Store
import Synchronization
import Testing

@testable import Exporting

/// The lines that a 1.37.1 has sent for the same collections.
@Suite struct BatchTests {
    private let host = makeHost()
    private let hosts: Hosts

    init() { hosts = Hosts(local: host) }

    private func lines(
        _ text: String,
        _ section: String = "graphite:a",
        after: Int64 = start,
        now: Int64,
        _ hosts: Hosts? = nil
    ) throws -> [String] {
        let batch = Batch(try connector(text, section), hosts ?? self.hosts, after: after, now: now)
        let bytes = batch.parts.flatMap(\.bytes)
        let lines = String(decoding: bytes, as: UTF8.self).split(separator: "\n").map(String.init)
        #expect(lines.count == batch.metrics && (bytes.last ?? 10) == 10)
        return lines
    }

    private let graphiteLabels =
        ";role=web_server;dc=eu-1;odd.key=a_b.c:d:e_f;_is_ephemeral=false;_has_unstable_connection=false"
    private let openTSDBLabels =
        " host=nd-c role=web_server dc=eu-1 odd.key=a_b.c_d_e_f _is_ephemeral=false _has_unstable_connection=false"

    @Test func graphiteAverage() throws {
        collect(host, through: start + 4)
        #expect(
            try lines("prefix = nd", now: start + 4) == [
                "nd.nd-c.test.gauge.val\(graphiteLabels) 2.0000000 1795339831",
                "nd.nd-c.test.gauge.second\(graphiteLabels) 1.0000000 1795339831",
            ]
        )
        collect(host, from: start + 5, through: start + 9)
        #expect(
            try lines("prefix = nd", after: start + 4, now: start + 9) == [
                "nd.nd-c.test.gauge.val\(graphiteLabels) 2.0000000 1795339836",
                "nd.nd-c.test.gauge.second\(graphiteLabels) 4.0000000 1795339836",
            ]
        )
    }

    @Test func graphiteAsCollected() throws {
        collect(host, through: start + 4)
        let text = "prefix = nd\ndata source = as collected"
        #expect(
            try lines(text, now: start + 4) == [
                "nd.nd-c.test.gauge.val\(graphiteLabels) 20 1795339834",
                "nd.nd-c.test.gauge.second\(graphiteLabels) 4 1795339834",
            ]
        )
        // Again although nothing has changed.
        #expect(try lines(text, after: start + 8, now: start + 9).count == 2)
    }

    @Test func graphiteSumWithIdsAndAnotherHostname() throws {
        collect(host, through: start + 9)
        let text =
            "data source = sum\nhostname = my host\nsend names instead of ids = no\nsend hosts matching = localhost"
        #expect(
            try lines(text, after: start + 4, now: start + 9) == [
                "netdata.my host.test.gauge.val\(graphiteLabels) 10.0000000 1795339836",
                "netdata.my host.test.gauge.two\(graphiteLabels) 20.0000000 1795339836",
            ]
        )
    }

    @Test(arguments: ["opentsdb:a", "opentsdb:telnet:a"]) func openTSDB(section: String) throws {
        collect(host, through: start + 9)
        #expect(
            try lines("", section, after: start + 4, now: start + 9) == [
                "put netdata.test.gauge.val 1795339836 2.0000000\(openTSDBLabels)",
                "put netdata.test.gauge.second 1795339836 4.0000000\(openTSDBLabels)",
            ]
        )
        #expect(
            try lines("data source = as collected", section, now: start + 9) == [
                "put netdata.test.gauge.val 1795339839 20\(openTSDBLabels)",
                "put netdata.test.gauge.second 1795339839 9\(openTSDBLabels)",
            ]
        )
    }

    @Test func labels() throws {
        collect(host, through: start + 4)
        host.setLabels([
            Label(key: "empty", value: "", source: 2), Label(key: "odd;k~y", value: "é x~y/z-w", source: 2),
            Label(key: "_os_name", value: "Debian", source: 1),
        ])
        let raw = "data source = as collected\n"
        #expect(
            try lines(raw, now: start + 4)[0]
                == "netdata.nd-c.test.gauge.val;empty=[none];odd_k_y=é_x_y/z-w 20 1795339834"
        )
        #expect(
            try lines(raw + "send configured labels = no\nsend automatic labels = yes", now: start + 4)[0]
                == "netdata.nd-c.test.gauge.val;_os_name=Debian 20 1795339834"
        )
        #expect(
            try lines(raw + "send configured labels = no", "opentsdb:a", now: start + 4)[0]
                == "put netdata.test.gauge.val 1795339834 20 host=nd-c"
        )
        host.identity.withLock { $0.tags = "a=b" }
        #expect(
            try lines(raw + "send configured labels = no", now: start + 4)[0]
                == "netdata.nd-c.test.gauge.val;a=b 20 1795339834"
        )
    }

    /// Names are the peer's; a line of its own is not.
    @Test func nobodyBeginsALineWithTheirName() throws {
        collect(host, through: start + 4)
        host.identity.withLock { $0.hostname = "a\nput x 1 1" }
        host.setLabels([Label(key: "k\n", value: "v\nw\u{7f}", source: 2)])
        let raw = "data source = as collected"
        #expect(try lines(raw, now: start + 4)[0] == "netdata.a_put x 1 1.test.gauge.val;k_=v_w_ 20 1795339834")
        #expect(try lines(raw, "opentsdb:a", now: start + 4).count == 2)
    }

    @Test func onlyWhatMatches() throws {
        collect(host, through: start + 4)
        let raw = "data source = as collected\n"
        #expect(try lines(raw + "send charts matching = !*.gauge *", now: start + 4) == [])
        #expect(try lines(raw + "send charts matching = test.gauge", now: start + 4).count == 2)
        #expect(try lines(raw + "send hosts matching = !localhost *", now: start + 4) == [])
        let child = makeHost("nd-d", guid: "44444444-cccc-11ed-8000-0000000000cc")
        collect(child, through: start + 4)
        _ = hosts.add(child)
        #expect(try lines(raw + "send hosts matching = !localhost *", now: start + 4).count == 2)
        let both = try lines(raw + "hostname = x\nsend configured labels = no", now: start + 4)
        #expect(both[0].hasPrefix("netdata.x.") && both[2].hasPrefix("netdata.nd-d."))
    }

    /// Exporting §2: without a database there is nothing but what was collected last.
    @Test func withoutADatabaseOnlyAsCollected() throws {
        let headless = Hosts(local: makeHost(mode: .none))
        collect(headless.local, through: start + 9)
        #expect(try lines("data source = as collected", now: start + 9, headless).count == 2)
        let average = try connector("data source = as collected").with(source: .average)
        #expect(Batch(average, headless, after: start, now: start + 9) == Batch())
    }

    @Test func nothingCollectedNothingSent() throws {
        #expect(try lines("data source = as collected", now: start + 4) == [])
        #expect(try lines("", now: start + 4) == [])
    }

    @Test func theLastNumbersOfAHostThatLeftAreSentOnce() throws {
        collect(host, through: start + 4)
        host.status.withLock { $0.disconnected(code: "ND-X", text: "x", at: (start + 5) * 1_000_000) }
        let raw = "data source = as collected"
        #expect(try lines(raw, after: start, now: start + 9).count == 2)
        #expect(try lines(raw, after: start + 9, now: start + 19) == [])
    }

    @Test func aBatchHasALimit() throws {
        collect(host, through: start + 4)
        host.withDatabase { database in
            let chart = database.define(ChartDefinition(id: "test.more"), now: start * 1_000_000)!
            database.define(DimensionDefinition(id: "d"), in: chart)
            database.begin(chart, microseconds: 0, now: start * 1_000_000, trusted: true)
            database.set(0, 1)
            database.end(now: start * 1_000_000)
        }
        let raw = try connector("data source = as collected")
        let whole = Batch(raw, hosts, after: start, now: start + 4)
        #expect(whole.metrics == 3 && whole.omittedCharts == 0)
        let one = try connector("data source = as collected\nsend charts matching = test.gauge")
        let first = Batch(one, hosts, after: start, now: start + 4)
        let cut = Batch(raw, hosts, after: start, now: start + 4, byteLimit: first.bytes)
        #expect(cut.parts == first.parts && cut.omittedCharts == 1)
        #expect(Batch(raw, hosts, after: start, now: start + 4, byteLimit: first.bytes + 1) == whole)
    }
}

extension ExportingSettings.Connector {
    fileprivate func with(source: ExportingSettings.Source) -> Self {
        var other = self
        other.source = source
        return other
    }
}
