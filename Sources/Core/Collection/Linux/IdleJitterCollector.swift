import Config
import Glibc
import Store
import Synchronization
import System

/// How much later than asked a sleeping thread wakes up: what a busy machine, or a busy host under it, costs everybody
/// (collectors §6).
struct IdleJitterCollector: CollectorModule {
    static let name = "idlejitter"
    private static let source = ChartSource(plugin: "idlejitter.plugin", module: "")

    private let jitter: IdleJitter
    private var chart = LiveChart()

    init(_ jitter: IdleJitter) {
        self.jitter = jitter
    }

    mutating func collect(into database: inout HostDatabase, at tick: Tick) -> Bool {
        guard let seen = jitter.take() else { return true }
        chart.begin(
            &database,
            tick,
            Self.source,
            .init(
                "system.idlejitter",
                "CPU Idle Jitter",
                "microseconds lost/s",
                family: "idlejitter",
                800,
                type: .area,
                [.absolute("min"), .absolute("max"), .absolute("average")]
            )
        )
        database.set(0, seen.least)
        database.set(1, seen.most)
        database.set(2, seen.sum / seen.count)
        database.end(now: tick.now)
        return true
    }
}

/// The delays seen since they were last taken, in microseconds.
final class IdleJitter: Sendable {
    struct Seen: Equatable {
        var count: Int64
        var sum: Int64
        var least: Int64
        var most: Int64
    }

    private let seen = Mutex<Seen?>(nil)
    private let isStopped = Atomic<Bool>(false)

    func add(_ microseconds: Int64) {
        seen.withLock { seen in
            guard let before = seen else {
                seen = Seen(count: 1, sum: microseconds, least: microseconds, most: microseconds)
                return
            }
            seen = Seen(
                count: before.count + 1,
                sum: before.sum &+ microseconds,
                least: min(before.least, microseconds),
                most: max(before.most, microseconds)
            )
        }
    }

    /// `nil` where nothing was seen.
    func take() -> Seen? {
        seen.withLock { seen in
            defer { seen = nil }
            return seen
        }
    }

    /// Sleeps on a thread of its own, over and over, until ``stop()``.
    func start(sleeping milliseconds: Int) {
        Threads.start(name: "IDLEJITTER") { [self] in
            let asked = Int64(max(1, milliseconds)) * 1000
            var duration = timespec(tv_sec: Int(asked / 1_000_000), tv_nsec: Int(asked % 1_000_000) * 1000)
            while !isStopped.load(ordering: .relaxed) {
                let before = Self.microseconds()
                clock_nanosleep(CLOCK_MONOTONIC, 0, &duration, nil)
                add(max(0, Self.microseconds() - before - asked))
            }
        }
    }

    func stop() {
        isStopped.store(true, ordering: .relaxed)
    }

    private static func microseconds() -> Int64 {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return Int64(time.tv_sec) * 1_000_000 + Int64(time.tv_nsec) / 1000
    }
}
