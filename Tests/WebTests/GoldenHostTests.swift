import Basics
import Store
import Testing
import Transport

@testable import Web

/// The captured answers once more, now through the store and the whole path of a request.
struct GoldenHostTests {
    static let bench = makeBench()

    /// - Parameter now: Unix seconds.
    static func makeBench(now: Int64 = GoldenDataset.start + 1640) -> WebBench {
        var bench = WebBench(now: now)
        bench.context.storageTiers = 3
        let host = bench.hosts.add(
            WebBench.host(WebBench.goldenGUID, "inj-db", program: "inject", settings: HostSettings(mode: .dbengine))
        )
        let ram = bench.hosts.add(
            WebBench.host(GUID("44444444-dddd-11ed-8000-0000000000dd")!, "inj-ram", program: "inject")
        )
        _ = bench.hosts.add(WebBench.host(WebBench.childGUID, "nd-b"))
        for chart in GoldenDataset().charts {
            host.withDatabase { chart.load(into: &$0) }
            ram.withDatabase { chart.load(into: &$0) }
        }
        return bench
    }

    static let pairs = GoldenPair.all(in: "data").filter {
        $0.target.hasPrefix("/host/inj-db/api/v1/data")
            || $0.target.contains("v1/chart") && $0.status == 200
                && !$0.target.contains("context")
    }

    @Test(arguments: pairs.map(\.name))
    func answersAsTheOriginal(_ name: String) throws {
        let pair = GoldenPair(folder: "data", name: name)
        let response = Self.bench.get(pair.target)
        #expect(response.status == pair.status)
        #expect(response.contentType == pair.field("Content-Type"))
        if pair.status == 200 { #expect(response.isCacheable == (pair.field("Cache-Control") == "public")) }
        guard GoldenDataTests.differences[name] == nil else { return }
        #expect(Self.comparable(response.bodyText) == Self.comparable(pair.body))
    }

    /// A host in memory mode ram. The original stores replicated points of such hosts one step late, a fault: so there
    /// is nothing at T0, and here is.
    @Test(arguments: ["311-ram-inc", "312-ram-abs", "313-ram-prow", "314-ram-pinc"])
    func ramHostsAnswerAsTheOriginal(_ name: String) throws {
        let pair = GoldenPair(folder: "data", name: name)
        func rows(_ body: String) -> [Substring] {
            body.split(separator: "\r\n").filter { !$0.hasPrefix("\(GoldenDataset.start),") }
        }
        #expect(rows(Self.bench.get(pair.target).bodyText) == rows(pair.body))
    }

    /// Without the lines that another database mode makes different, each for its reason.
    static func comparable(_ body: String) -> [Substring] {
        body.split(separator: "\n", omittingEmptySubsequences: false).filter { line in
            let name = line.drop { $0 == " " || $0 == "\t" }
            // The original does not know the last value of a replicated dimension: 0.
            return !name.hasPrefix("\"latest_values\"")
                // dbengine: 0; and how much memory a point takes.
                && !name.hasPrefix("\"history\"") && !name.hasPrefix("\"memory_mode\"")
                && !name.hasPrefix("\"rrd_memory_bytes\"")
        }
    }
}

extension GoldenDataset.Chart {
    /// Replicated points as they are, then the live collections as they came.
    func load(into database: inout HostDatabase) {
        var now = GoldenDataset.start * 1_000_000
        let ref = database.define(definition, now: now)!
        for dimension in dimensions { database.define(dimension, in: ref) }
        for point in points {
            database.load(point.codes.map(StorageNumber.decode), at: point.end, into: ref)
        }
        for collection in collections {
            now += collection.microseconds
            _ = database.begin(ref, microseconds: collection.microseconds, now: now, trusted: true)
            for (dimension, value) in collection.values { _ = dimension.withWord { database.set($0, value) } }
            _ = database.end(now: now)
        }
    }
}
