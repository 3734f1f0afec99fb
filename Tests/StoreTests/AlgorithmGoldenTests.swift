import Basics
import Status
import Testing
import Wire

@testable import Store

/// The rows that a real 1.37.1 stored of one stream, for each of the four algorithms.
@Suite("The original's rows of all four algorithms (web API §5)")
struct AlgorithmGoldenTests {
    @Test("are reproduced digit by digit", arguments: ["inc", "abs", "prow", "pinc"])
    func rows(chart: String) throws {
        let host = try Self.replay(fixture("algorithms.stream.txt"))
        let golden = fixture("algorithm-\(chart).csv").split(separator: "\n").map(String.init)
        #expect(golden.count == 37)
        let rows = host.withDatabase { database in
            Self.rows(of: database, "g.\(chart)", from: 1_795_338_000, to: 1_795_338_035)
        }
        #expect(rows == golden)
    }

    @Test("leave the RESET mark where counters fell")
    func resets() throws {
        let host = try Self.replay(fixture("algorithms.stream.txt"))
        let marked = host.withDatabase { database in
            let chart = database.find("g.inc")!
            let points = database.points(of: chart)
            return points.columns[0].indices.filter { StorageNumber.hasReset(points.columns[0][$0]) }
                .map { points.firstTime + Int64($0) - 1_795_338_000 }
        }
        #expect(marked == [9, 28])
    }

    /// What was replicated in the original's session is loaded; the live samples go through the tokenizer.
    private static func replay(_ text: String) throws -> Host {
        let host = Host(
            guid: someGUID,
            identity: HostIdentity(hostname: "inj-db"),
            settings: HostSettings(mode: .ram, futureLimitSeconds: 0),
            state: .live,
            at: 0
        )
        var bench = SessionBench(host: host)
        bench.now = 1_795_339_360 * 1_000_000
        var replicated: (chart: String, time: Int64, values: [Double?]) = ("", 0, [])
        for line in text.split(separator: "\n") {
            let words = line.split(separator: " ").map { $0.filter { $0 != "\"" } }
            switch words[0] {
            case "CHART_DEFINITION_END": break
            case "RBEGIN" where words.count == 2: replicated = (words[1], 0, [])
            case "RBEGIN": replicated.time = Int64(words[3])!
            case "RSET": replicated.values.append(Double(words[2]))
            case "REND":
                host.withDatabase { database in
                    let chart = database.find(replicated.chart)!
                    database.load(replicated.values, at: replicated.time, into: chart)
                }
            default: #expect(bench.feed(String(line)) == .more)
            }
        }
        return host
    }

    private static func rows(of database: borrowing HostDatabase, _ id: String, from: Int64, to: Int64) -> [String] {
        let chart = database.find(id)!
        let shown = database.dimensions(of: chart).enumerated().filter { !$0.element.options.contains(.hidden) }
        let points = database.points(of: chart, from: from, to: to)
        let header = (["time"] + shown.map(\.element.name)).joined(separator: ",")
        return [header]
            + (from...to).map { time in
                let row = Int(time - points.firstTime)
                let values = shown.map { index, _ in
                    row < 0 || row >= points.count ? nil : StorageNumber.decode(points.columns[index][row])
                }
                return ([String(time)] + values.map(text)).joined(separator: ",")
            }
    }

    private static func text(_ value: Double?) -> String {
        var bytes: [UInt8] = []
        appendDecimal(value ?? .nan, to: &bytes)
        return String(decoding: bytes, as: UTF8.self)
    }
}
