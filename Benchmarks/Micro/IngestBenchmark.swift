import Basics
import Diagnostics
import Status
import Store
import Wire

#if canImport(Glibc)
import Glibc
#endif

/// Commands of a stream → store: what a parent does with the bytes of its children, without sockets.
///
/// The text is like that of many children's most frequent charts: 100 charts × 5 dimensions, half of them counters, a third
/// of the values 0. Printed is the best of several runs, per SET and with its share of BEGIN and END.
func benchmarkIngest() {
    let model = StreamModel(charts: 100, dimensions: 5)
    let ticks = (0..<60).map { model.tick($0) }
    for mode in [MemoryMode.none, .ram] {
        var best = Double.infinity
        for _ in 0..<5 {
            let host = Host(
                guid: GUID("11111111-2222-3333-4444-555555555555")!,
                identity: HostIdentity(hostname: "benchmark"),
                settings: HostSettings(mode: mode, history: 3600, futureLimitSeconds: 0),
                state: .live,
                at: 0
            )
            var ingest = Ingest(
                host: host,
                session: .init(dialect: .stream, thread: "BENCHMARK", plugin: "benchmark", updateEvery: 1),
                reporter: Silence()
            )
            var decoder = StreamDecoder(mayCarryFrames: false)
            let now: Int64 = 1_700_000_000 * microsecondsPerSecond
            model.definitions.withUnsafeBytes { _ = ingest.feed($0, through: &decoder, now: now) }
            let started = processTime()
            for _ in 0..<10 {
                for tick in ticks {
                    let result = tick.withUnsafeBytes { ingest.feed($0, through: &decoder, now: now) }
                    precondition(result == .more, "the stream is valid")
                }
            }
            best = min(best, (processTime() - started) / Double(ingest.samples))
        }
        print("ingest \(mode.rawValue): \(rounded(best * 1e9)) ns per SET")
    }
}

struct Silence: Reporter {
    func report(_ event: Event) {}
}

/// A child's text: definitions, then one piece per second.
struct StreamModel {
    let charts: Int
    let dimensions: Int

    var definitions: [UInt8] {
        var text = ""
        for chart in 0..<charts {
            text +=
                "CHART \"\(id(chart))\" \"\" \"Title of \(chart)\" \"units\" \"family\" \"bench.context\" \"line\" 100 1 \"\" "
            text += "\"bench.plugin\" \"module\"\n"
            for dimension in 0..<dimensions {
                let algorithm = chart % 2 == 0 ? "incremental" : "absolute"
                text += "DIMENSION \"\(name(dimension))\" \"\" \"\(algorithm)\" 1 \(chart % 3 == 0 ? 1024 : 1) \"\"\n"
            }
        }
        return Array(text.utf8)
    }

    func tick(_ second: Int) -> [UInt8] {
        var text = ""
        for chart in 0..<charts {
            text += "BEGIN \"\(id(chart))\" 1000000\n"
            for dimension in 0..<dimensions {
                text += "SET \"\(name(dimension))\" = \(value(chart, dimension, second))\n"
            }
            text += "END\n"
        }
        return Array(text.utf8)
    }

    private func id(_ chart: Int) -> String { "cgroup_app\(chart).mem_usage" }

    private func name(_ dimension: Int) -> String {
        ["received", "sent", "multicast", "dropped", "errors"][dimension % 5] + (dimension < 5 ? "" : String(dimension))
    }

    private func value(_ chart: Int, _ dimension: Int, _ second: Int) -> Int {
        if dimension >= 3 { return chart % 2 == 0 ? 123_456 : 0 }
        let noise = (chart &* 7919 &+ dimension &* 104_729 &+ second &* 15_485_863) & 0xffff
        return chart % 2 == 0 ? second * 70_000 * (dimension + 1) + noise : 10_000 + noise
    }
}

/// CPU seconds of this process so far.
func processTime() -> Double {
    var time = timespec()
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
}

private func rounded(_ number: Double) -> Double { (number * 10).rounded() / 10 }
