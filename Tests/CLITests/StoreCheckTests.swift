import Basics
import Diagnostics
import Store
import System
import Testing

/// `--check` of a node whose database is on the disk.
@Suite struct StoreCheckTests {
    private struct Silent: Reporter {
        func report(_ event: Event) {}
    }

    private struct Still: Clock {
        func now() -> Int64 { 1_700_000_000_000_000 }
        func monotonic() -> Int64 { 1 }
    }

    @Test func whatIsInTheFilesAndWhatIsDamaged() throws {
        let directory = try TemporaryDirectory()
        let cache = directory.path + "/state/cache/dbengine"
        try Files.makeDirectories(cache)
        try Files.makeDirectories(directory.path + "/etc")
        try Files.write(Array("[db]\n    mode = ram\n".utf8), to: directory.path + "/etc/netdata.conf")
        let settings = SegmentSettings(directory: cache, retention: .quota(64 << 20))
        let store = SegmentStore(settings, clock: Still(), reporter: Silent())
        try store.open()
        let guid = try #require(GUID("33333333-cccc-11ed-8000-0000000000cc"))
        for block in 0..<20 {
            try store.append(
                host: guid,
                hostname: "web01",
                definition: SeriesDefinition(
                    chart: ChartDefinition(id: "system.cpu", updateEvery: 1),
                    dimensions: [DimensionDefinition(id: "user"), DimensionDefinition(id: "system")]
                ),
                stamp: 1,
                firstTime: 1_700_000_000 + Int64(block) * 240,
                rows: 240,
                payload: [UInt8](repeating: UInt8(block), count: 300)
            )
        }
        try store.flush()
        func check(_ more: String...) throws -> Program.Result {
            try Program.run(
                Program.path,
                [
                    "parent", "--check", "--config-dir", directory.path + "/etc", "--state-dir",
                    directory.path + "/state",
                ]
                    + more
            )
        }
        // While the store is open.
        let good = try check()
        #expect(good.status == 0, "\(good.output)")
        #expect(good.output.contains("\(cache): 1 segment, "))
        #expect(good.output.contains(", 1 host, no damage found\n"))
        let host = try #require(good.output.split(separator: "\n").first { $0.hasPrefix("  web01") })
        #expect(
            host.split(separator: " ").prefix(5) == [
                "web01", "33333333-cccc-11ed-8000-0000000000cc", "1", "20", "9600",
            ]
        )
        try store.close()

        let path = cache + "/segment-0000000001.nds"
        var bytes = try Files.read(path, limit: 1 << 20)
        bytes[bytes.count / 2] ^= 1
        try Files.write(bytes, to: path)
        let bad = try check()
        #expect(bad.status == 1)
        #expect(bad.output.contains(", DAMAGED\n"))
        let json = try check("--json")
        #expect(json.status == 1)
        #expect(json.output.hasPrefix("{\"files\":["))
        #expect(json.output.contains("\"stores\":[{\"directory\":\"\(cache)\",\"damaged\":true,"))
        #expect(json.output.hasSuffix("}\n"))
        #expect(try Files.read(path, limit: 1 << 20) == bytes)
    }
}
