import Basics
import Diagnostics
import Glibc
import Store
import System

/// Fills a directory with finished segments as a parent of 100 hosts with 300 charts has them after 10 GB: 160 of them, each
/// with three or four blocks of every chart, so that headers, indexes and tables are as long as those of segments of 64 MiB. Only
/// the blocks are small: nothing but zeros.
///
///     MicroBenchmarks make-store DIRECTORY [SEGMENTS]
///
/// The hosts are `startup.py`'s: their GUIDs, charts and dimensions.
func makeStore() {
    let words = CommandLine.arguments
    guard words.count > 2 else { return }
    let (hosts, charts, dimensions) = (100, 300, 5)
    let segments = words.count > 3 ? Int(words[3]) ?? 160 : 160
    let (rows, blocksPerSeries) = (240, 4)
    let settings = SegmentSettings(directory: words[2], retention: .quota(16 << 30))
    let store = SegmentStore(settings, clock: Ticking(), reporter: Silence())
    let definitions = (0..<charts).map { chart in
        SeriesDefinition(
            chart: ChartDefinition(id: "start.c\(chart)", updateEvery: 1),
            dimensions: (0..<dimensions).map { DimensionDefinition(id: "d\($0)") }
        )
    }
    let end = SystemClock().now() / 1_000_000 - 600
    let payload: [UInt8] = [UInt8(dimensions)] + [UInt8](repeating: 1, count: dimensions)
    do throws(SegmentStoreError) {
        try store.open()
        for segment in 0..<segments {
            for block in 0..<blocksPerSeries {
                let time = end - Int64((segments - segment) * blocksPerSeries - block) * Int64(rows)
                for host in 0..<hosts {
                    guard let guid = GUID(startupGUID(host)) else { return }
                    // 3.5 on the average: what has 64 MiB room.
                    for chart in 0..<charts where block < blocksPerSeries - (host + chart) % 2 {
                        try store.append(
                            host: guid,
                            hostname: "start\(host)",
                            definition: definitions[chart],
                            stamp: 1,
                            firstTime: time,
                            rows: rows,
                            payload: payload
                        )
                    }
                }
            }
            try store.finishSegment()
        }
        let sum = store.accounting()
        print(
            "\(sum.segments) segments, \(sum.blocks) blocks, \(sum.bytes >> 20) MiB, \(sum.overheadBytes >> 20) of them indexes"
        )
        try store.close()
    } catch {
        print(error)
        exit(1)
    }
}

private struct Ticking: Clock {
    func now() -> Int64 { SystemClock().now() }
    func monotonic() -> Int64 { SystemClock().monotonic() }
}

/// As `startup.py` has them.
private func startupGUID(_ host: Int) -> String {
    let digits = String(host + 1, radix: 16)
    return String(repeating: "0", count: 8 - digits.count) + digits + "-0000-4000-8000-000000000077"
}
