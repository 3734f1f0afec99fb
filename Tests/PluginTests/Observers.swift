import Basics
import Diagnostics
import Synchronization
import System

@testable import Collection

struct SystemTime: Clock {
    func now() -> Int64 { SystemClock().now() }
    func monotonic() -> Int64 { SystemClock().monotonic() }
}

/// Looks whether the test has seen what it waits for.
final class Watcher: TickDriven {
    private let stopSwitch: CollectionLoop.Switch
    private let done: () -> Bool
    private let deadline: Int64
    private var next: Int64 = 0
    private(set) var reached = false

    init(stopSwitch: CollectionLoop.Switch, withinSeconds seconds: Int64, done: @escaping () -> Bool) {
        deadline = SystemClock().monotonic() + seconds * 1_000_000
        self.stopSwitch = stopSwitch
        self.done = done
    }

    func tick(now: Int64) {
        next = now + 2000
        reached = done()
        if reached || SystemClock().monotonic() > deadline { stopSwitch.stop() }
    }

    func microsecondsToNextTick(now: Int64) -> Int64 { next - now }
}

/// What would be in the log.
final class Journal: Reporter {
    private let events = Mutex<[Event]>([])

    func report(_ event: Event) { events.withLock { $0.append(event) } }

    var lines: [String] { events.withLock { $0.map(\.text) } }

    func lines(_ condition: Condition) -> [String] {
        events.withLock { $0.filter { $0.condition == condition }.map(\.text) }
    }

    func count(_ condition: Condition) -> Int { lines(condition).count }

    func texts(atLeast severity: Severity) -> [String] {
        events.withLock { $0.filter { $0.condition.severity >= severity }.map(\.text) }
    }
}
