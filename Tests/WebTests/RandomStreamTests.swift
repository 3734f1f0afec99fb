import Basics
import Diagnostics
import Store
import Testing
import Transport
import Wire

@testable import Web

#if canImport(Glibc)
import Glibc
#endif

/// Thousands of command sequences that nobody in their right mind would send, into hosts of every memory mode, and all
/// kinds of questions about what is left: no trap, no loop, and what is stored keeps its rules (hostile inputs 14).
///
/// The seed is printed; NDSTREAM_TEST_SEED repeats a run.
@Suite(.serialized) struct RandomStreamTests {
    static let seeds: [UInt64] = {
        if let text = getenv("NDSTREAM_TEST_SEED"), let seed = UInt64(String(cString: text)) { return [seed] }
        return [1, .random(in: .min ... .max)]
    }()

    @Test(arguments: seeds)
    func nothingTrapsAndTheRulesHold(_ seed: UInt64) {
        print("RandomStreamTests: NDSTREAM_TEST_SEED=\(seed)")
        var random = SplitMix64(state: seed)
        let options = Self.hostSettings
        for round in 0..<options.count {
            var sender = RandomSender(settings: options[round % options.count], random: random)
            for _ in 0..<60 {
                sender.sendSequence()
                Self.check(sender, seed)
            }
            Self.ask(&sender, round, seed)
            random = sender.random
        }
    }

    private static var hostSettings: [HostSettings] {
        var all: [HostSettings] = []
        for mode in [MemoryMode.none, .ram, .alloc] {
            for (history, gap, limit) in [(5, 0, 3600), (300, 1, 0), (1 << 30, 3, Int64.max), (7, Int.max, -1)] {
                all.append(
                    HostSettings(
                        mode: mode,
                        history: history,
                        gapWhenLostIterationsAbove: gap,
                        futureLimitSeconds: limit
                    )
                )
            }
        }
        return all
    }

    /// What must hold of a chart whatever was sent.
    private static func check(_ sender: borrowing RandomSender, _ seed: UInt64) {
        let history = sender.host.settings.history
        sender.host.withDatabase { database in
            for chart in database.snapshots() {
                let kept = chart.retention
                #expect(kept.points >= 0 && kept.points <= history, "seed \(seed)")
                #expect(kept.updateEvery >= 1 && kept.updateEvery <= StoreLimits.standard.updateEvery, "seed \(seed)")
                guard kept.points > 0, !chart.dimensions.isEmpty else { continue }
                #expect(kept.last - kept.first == Int64(kept.points - 1) * kept.updateEvery, "seed \(seed)")
                #expect(kept.last % kept.updateEvery == 0, "seed \(seed)")
                let from = kept.last - 20 * kept.updateEvery
                let points = database.points(of: chart.ref, from: from)
                #expect(points.count == min(21, kept.points), "seed \(seed)")
                #expect(points.columns.allSatisfy { $0.count == points.count }, "seed \(seed)")
                #expect(points.lastTime == kept.last, "seed \(seed)")
            }
        }
    }

    // MARK: Questions

    static let groups = [
        "average", "sum", "min", "max", "median", "trimmed-median20", "trimmed-mean10", "percentile90",
        "incremental-sum",
        "stddev", "cv", "ses", "des", "countif",
    ]
    static let formats = [
        "json", "jsonp", "csv", "tsv", "markdown", "csvjsonarray", "ssv", "ssvcomma", "array", "html", "datatable",
        "datasource",
    ]
    static let options = [
        "nonzero", "flip", "jsonwrap", "min2max", "ms", "seconds", "abs", "null2zero", "objectrows", "google_json",
        "percentage", "unaligned", "natural-points", "virtual-points", "all-dimensions", "raw", "anomaly-bit",
        "jw-anomaly-rates", "selected-tier", "match_ids", "match_names", "display_absolute",
    ]

    /// Every grouping with one option after the other, in one format after the other.
    private static func ask(_ sender: inout RandomSender, _ round: Int, _ seed: UInt64) {
        var bench = WebBench(now: sender.now / microsecondsPerSecond)
        bench.context.queryLimits.rows = 200
        bench.context.queryLimits.storedPoints = 200_000
        _ = bench.hosts.add(sender.host)
        let windows = sender.windows
        for (index, group) in groups.enumerated() {
            let format = formats[(round + index) % formats.count]
            let option = options[(round / 2 + index) % options.count]
            let more = Bool.random(using: &sender.random) ? ",jsonwrap" : ""
            let window = windows.randomElement(using: &sender.random)!
            let chart = index == 0 ? "*" : RandomSender.charts.randomElement(using: &sender.random)!
            let target =
                "/host/random/api/v1/data?chart=\(chart)&group=\(group)&format=\(format)&options=\(option)\(more)"
                + "&\(window)"
            let response = bench.get(target)
            #expect([200, 400, 404].contains(response.status), "seed \(seed): \(target)")
            guard response.status == 200, response.contentType == HTTPResponse.json, option != "google_json",
                // Its times are bare words, as the original writes them.
                format != "csvjsonarray"
            else {
                continue
            }
            #expect(isJSON(response.bodyText), "seed \(seed): \(target): \(response.bodyText)")
        }
        for target in ["charts", "allmetrics?format=json", "info"] {
            #expect(isJSON(bench.body("/host/random/api/v1/\(target)")), "seed \(seed): \(target)")
        }
        for format in ["shell", "prometheus", "prometheus&source=raw&variables=yes&help=yes&types=yes"] {
            #expect(bench.get("/host/random/api/v1/allmetrics?format=\(format)").status == 200, "seed \(seed)")
        }
    }
}

/// A peer that says anything, in words that are understood.
private struct RandomSender: ~Copyable {
    static let charts = ["a.one", "a.two", "b.three", "c.four"]
    private static let dimensions = ["x", "y", "z", "a_dimension_with_a_long_name", "\u{e4}"]
    private static let numbers: [Int64] = [
        .min, .min + 1, -(1 << 53), -4_294_967_296, -1000, -1, 0, 0, 0, 1, 2, 3, 7, 10, 100, 1000, 4_294_967_295,
        4_294_967_296, 1 << 53, .max - 1, .max,
    ]
    private static let microseconds: [Int64] = [
        .min, -1_000_000, -1, 0, 1, 200_000, 999_999, 1_000_000, 1_000_000, 1_000_000, 1_000_001, 1_500_000, 5_000_000,
        5_000_001, 60_000_000, 3_600_000_000, 86_400_000_000, 31_536_000_000_000, 1 << 62, .max,
    ]

    let host: Host
    var random: SplitMix64
    var now: Int64 = GoldenDataset.start * microsecondsPerSecond
    private var ingest: Ingest
    private var decoder = StreamDecoder(mayCarryFrames: false)

    init(settings: HostSettings, random: SplitMix64) {
        self.random = random
        host = WebBench.host(WebBench.goldenGUID, "random", settings: settings)
        ingest = Self.session(host, .stream)
    }

    private static func session(_ host: Host, _ dialect: Ingest.Dialect) -> Ingest {
        Ingest(
            host: host,
            session: .init(dialect: dialect, thread: "TEST", plugin: "10.0.0.4:51234", updateEvery: 1),
            reporter: Silence()
        )
    }

    /// A few dozen commands in one piece, all in the same moment. What ends a session begins another.
    mutating func sendSequence() {
        var text = ""
        for _ in 0..<Int.random(in: 5...40, using: &random) { text += command() }
        let result = Array(text.utf8).withUnsafeBytes { ingest.feed($0, through: &decoder, now: now) }
        if result != .more {
            ingest = Self.session(host, Bool.random(using: &random) ? .stream : .plugin)
            decoder = StreamDecoder(mayCarryFrames: false)
        }
        switch Int.random(in: 0..<20, using: &random) {
        case 0: now = Self.microseconds.randomElement(using: &random)!
        case 1: now = GoldenDataset.start * microsecondsPerSecond
        case 2: now &+= 100_000_000_000
        case 3: now &-= 10_000_000
        default: now &+= 1_000_000
        }
    }

    private mutating func command() -> String {
        switch Int.random(in: 0..<40, using: &random) {
        case 0...3: return chart()
        case 4...6: return dimension()
        case 7...20: return collection()
        case 21...23: return "BEGIN \(id()) \(number())\n"
        case 24...27: return "SET \(dimensionID()) = \(number())\n"
        case 28...30: return "END\n"
        case 31: return "FLUSH\n"
        case 32: return "CLABEL k\(number()) \"v\(number())\" \(number())\nCLABEL_COMMIT\n"
        case 33: return "VARIABLE CHART v\(Int.random(in: 0..<9, using: &random)) = \(number())e\(number())\n"
        case 34: return "VARIABLE HOST h = \(number())\n"
        case 35: return "LABEL key = \(number()) value\nOVERWRITE labels\n"
        case 36: return "SET \(dimensionID())\n"
        case 37: return "BEGIN \(id())\n"
        case 38: return chart() + dimension() + dimension()
        default: return Int.random(in: 0..<20, using: &random) == 0 ? "NONSENSE \(number())\n" : "\n"
        }
    }

    private mutating func chart() -> String {
        let every = [0, 1, 1, 1, 1, 2, 5, 86_400, 86_401, .max, -1].randomElement(using: &random)!
        let options = ["", "", "", "obsolete", "store_first", "hidden", "detail store_first"].randomElement(
            using: &random
        )!
        return "CHART \(id()) '' 'title' 'units' 'family' 'context' line \(number()) \(every) '\(options)' p m\n"
    }

    private mutating func dimension() -> String {
        let algorithm = Algorithm.allCases.randomElement(using: &random)!.text
        let options = ["", "", "hidden", "noreset", "obsolete"].randomElement(using: &random)!
        return "DIMENSION \(dimensionID()) '' \(algorithm) \(number()) \(number()) '\(options)'\n"
    }

    private mutating func collection() -> String {
        var text = "BEGIN \(id()) \(Self.microseconds.randomElement(using: &random)!)\n"
        for dimension in Self.dimensions.shuffled(using: &random).prefix(2) {
            text += "SET \(dimension) = \(number())\n"
        }
        return text + "END\n"
    }

    private mutating func id() -> String { Self.charts.randomElement(using: &random)! }
    private mutating func dimensionID() -> String { Self.dimensions.randomElement(using: &random)! }
    private mutating func number() -> Int64 {
        Bool.random(using: &random)
            ? .random(in: -1000...1000, using: &random) : Self.numbers.randomElement(using: &random)!
    }

    /// Windows to ask for: where points may be, and where none can be.
    var windows: [String] {
        let newest = host.withDatabase { $0.lastUpdated }
        return [
            "after=-60", "after=-3600&points=7", "after=0&before=0&points=5", "after=0&before=0&points=5&gtime=60",
            "after=\(newest - 30)&before=\(newest)", "after=\(newest - 30)&before=\(newest)&points=4",
            "after=\(newest - 100_000)&before=\(newest + 100_000)&points=11", "after=\(Int64.min)&before=\(Int64.max)",
            "after=\(Int64.max)&before=1&points=3&gtime=\(Int64.max)",
        ]
    }
}

private struct Silence: Reporter {
    func report(_ event: Event) {}
}
