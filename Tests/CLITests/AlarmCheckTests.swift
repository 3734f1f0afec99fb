import Basics
import Diagnostics
import Store
import System
import Testing

/// `--check` of a node that has alarms: its files, and the charts of its database.
@Suite struct AlarmCheckTests {
    private struct Silent: Reporter {
        func report(_ event: Event) {}
    }

    private struct Still: Clock {
        func now() -> Int64 { 1_700_000_000_000_000 }
        func monotonic() -> Int64 { 1 }
    }

    private let directory: TemporaryDirectory

    init() throws {
        directory = try TemporaryDirectory()
        try write("etc/netdata.conf", "[directories]\n    stock health config = \(directory.path)/stock\n")
    }

    private func write(_ path: String, _ text: String) throws {
        let path = "\(directory.path)/\(path)"
        try Files.makeDirectories(String(path[..<path.lastIndex(of: "/")!]))
        try Files.write(Array(text.utf8), to: path)
    }

    private func check(_ more: String...) throws -> Program.Result {
        let directories = ["--config-dir", directory.path + "/etc", "--state-dir", directory.path + "/state"]
        return try Program.run(Program.path, ["parent", "--check"] + directories + more)
    }

    private func store() throws {
        let cache = directory.path + "/state/cache/dbengine"
        try Files.makeDirectories(cache)
        let settings = SegmentSettings(directory: cache, retention: .quota(64 << 20))
        let store = SegmentStore(settings, clock: Still(), reporter: Silent())
        try store.open()
        try store.append(
            host: try #require(GUID("33333333-cccc-11ed-8000-0000000000cc")),
            hostname: "web01",
            definition: SeriesDefinition(
                chart: ChartDefinition(id: "system.cpu", name: "system.cpu", context: "system.cpu", updateEvery: 1),
                dimensions: [DimensionDefinition(id: "user", name: "user")]
            ),
            stamp: 1,
            firstTime: 1_700_000_000,
            rows: 240,
            payload: [UInt8](repeating: 1, count: 300)
        )
        try store.close()
    }

    @Test func filesAreCheckedWithTheChartsOfTheDatabase() throws {
        try write(
            "etc/health.d/own.conf",
            "template: a\non: system.cpu\nevery: 10s\nwarn: $usr > 10\ncrit: $user > 10 && $user < 5\n"
        )
        try write("stock/x.conf", "template: b\non: no.such\nevery: 10s\nwarn: $x > 1\n")
        let own = "\(directory.path)/etc/health.d/own.conf"
        let without = try check()
        #expect(without.status == 1)
        #expect(without.output.contains("\(own):5: warning: "), "\(without.output)")
        #expect(without.output.contains("no chart of any host is known here"))
        #expect(without.output.contains("\nchecked 2 alarms of 2 files of health.d\n"))

        try store()
        let with = try check()
        #expect(with.status == 1)
        #expect(with.output.contains("\(own):4: warning: ") && with.output.contains("did you mean '$user'?"))
        #expect(with.output.contains("1 of 1 stock alarms match no chart of the 1 host known here [ND-A24]"))
        #expect(with.output.contains("of health.d, with the charts of 1 host\n"))
        #expect(!with.output.contains("no chart of any host is known here"))

        let json = try check("--json").output
        #expect(
            json.contains("\"code\":\"ND-A22\",\"severity\":\"warning\",\"place\":\"\(own)\",\"line\":4,"),
            "\(json)"
        )
        #expect(json.contains("\"alarms\":{\"files\":2,\"definitions\":2,\"hosts\":1}"), "\(json)")
    }

    @Test func whoHasNoAlarmsReadsNone() throws {
        try write("etc/health.d/own.conf", "nonsense\n")
        #expect(try check().status == 78)
        try write("etc/netdata.conf", "[health]\n    enabled = no\n")
        let off = try check()
        #expect(off.status == 0 && !off.output.contains("health.d"), "\(off.output)")
    }
}
