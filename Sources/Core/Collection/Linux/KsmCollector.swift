import Glibc
import Store

/// /sys/kernel/mm/ksm: pages that the kernel merged because they are the same (collectors §6). Shown wherever the kernel
/// can merge, whether it ever did or not.
struct KsmCollector: CollectorModule {
    static let name = "/sys/kernel/mm/ksm"
    private static let source = ChartSource.proc(name)

    private let shared: ProcFile
    private let sharing: ProcFile
    private let unshared: ProcFile
    private let volatile: ProcFile
    private let page = Int64(getpagesize())
    private var pages = LiveChart()
    private var savings = LiveChart()
    private var ratios = LiveChart()

    init(_ options: CollectionOptions) {
        shared = options.file("/sys/kernel/mm/ksm/pages_shared", isOnePiece: true)
        sharing = options.file("/sys/kernel/mm/ksm/pages_sharing", isOnePiece: true)
        unshared = options.file("/sys/kernel/mm/ksm/pages_unshared", isOnePiece: true)
        volatile = options.file("/sys/kernel/mm/ksm/pages_volatile", isOnePiece: true)
    }

    mutating func collect(into database: inout HostDatabase, at tick: Tick) -> Bool {
        guard let shared = shared.readNumber(into: tick.buffer), let sharing = sharing.readNumber(into: tick.buffer),
            let unshared = unshared.readNumber(into: tick.buffer), let volatile = volatile.readNumber(into: tick.buffer)
        else { return false }
        let offered = shared &+ sharing &+ unshared &+ volatile
        pages.begin(&database, tick, Self.source, Self.pagesTemplate)
        database.set(0, shared &* page)
        database.set(1, unshared &* page)
        database.set(2, sharing &* page)
        database.set(3, volatile &* page)
        database.end(now: tick.now)
        savings.begin(&database, tick, Self.source, Self.savingsTemplate)
        database.set(0, sharing &* page)
        database.set(1, offered &* page)
        database.end(now: tick.now)
        ratios.begin(&database, tick, Self.source, Self.ratiosTemplate)
        database.set(0, offered > 0 ? sharing &* 1_000_000 / offered : 0)
        database.end(now: tick.now)
        return true
    }
}

extension KsmCollector {
    private static let mebibyte: Int64 = 1 << 20

    private static var pagesTemplate: ChartTemplate {
        .init(
            "mem.ksm",
            "Kernel Same Page Merging",
            "MiB",
            family: "ksm",
            1300,
            type: .stacked,
            [
                .absolute("shared", 1, mebibyte), .absolute("unshared", -1, mebibyte),
                .absolute("sharing", 1, mebibyte),
                .absolute("volatile", -1, mebibyte),
            ]
        )
    }

    private static var savingsTemplate: ChartTemplate {
        .init(
            "mem.ksm_savings",
            "Kernel Same Page Merging Savings",
            "MiB",
            family: "ksm",
            1301,
            type: .area,
            [.absolute("savings", -1, mebibyte), .absolute("offered", 1, mebibyte)]
        )
    }

    private static var ratiosTemplate: ChartTemplate {
        .init(
            "mem.ksm_ratios",
            "Kernel Same Page Merging Effectiveness",
            "percentage",
            family: "ksm",
            1302,
            [.absolute("savings", 1, 10_000)]
        )
    }
}
