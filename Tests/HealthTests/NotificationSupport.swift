import Basics
import Diagnostics
import Glibc
import Store
import Synchronization
import System

@testable import Health

/// Remembers what was reported.
final class HeardReports: Reporter {
    private let list = Mutex<[Event]>([])
    func report(_ event: Event) { list.withLock { $0.append(event) } }
    var codes: [String] { list.withLock { $0.map(\.condition.code) } }
    var texts: [String] { list.withLock { $0.map(\.text) } }
}

/// The machine's clock: for tests that start processes.
struct RunningClock: Clock {
    func now() -> Int64 { SystemClock().now() }
    func monotonic() -> Int64 { SystemClock().monotonic() }
}

/// An entry of a log; what is not given is of no account.
func alarmEntry(
    _ uniqueID: UInt32 = 1000,
    alarm: UInt32 = 500,
    name: String = "t_gauge",
    status: AlarmStatus = .warning,
    oldStatus: AlarmStatus = .clear,
    when: Int = 1_795_339_450,
    recipient: String = "sysadmin",
    value: Double = 30,
    info: String = "is high"
) -> AlarmEntry {
    AlarmEntry(
        uniqueID: uniqueID,
        alarmID: alarm,
        eventID: 3,
        name: name,
        chart: "test.gauge",
        context: "test.context",
        family: "tfam",
        classification: "Utilization",
        component: "Disk",
        type: "System",
        handler: "/usr/lib/netdata/plugins.d/alarm-notify.sh",
        recipient: recipient,
        source: "1@/etc/netdata/health.d/test.conf",
        units: "widgets",
        info: info,
        when: when,
        duration: 86,
        nonClearDuration: 12,
        status: status,
        oldStatus: oldStatus,
        value: value,
        oldValue: 2,
        delay: 5,
        delayUpTo: when + 5
    )
}

/// A directory of its own for a test, removed with all that is in it.
func withScratch(_ body: (String) throws -> Void) throws {
    var template = Array("/tmp/ndstream-health-XXXXXX".utf8CString)
    let path = template.withUnsafeMutableBufferPointer { String(cString: mkdtemp($0.baseAddress!)) }
    defer { removeAll(path) }
    try body(path)
}

private func removeAll(_ path: String) {
    if unlink(path) == 0 { return }
    for name in (try? Files.names(in: path)) ?? [] { removeAll(path + "/" + name) }
    rmdir(path)
}

/// Waits until something holds; ten seconds at most.
func waits(_ condition: () -> Bool) -> Bool {
    for _ in 0..<5000 {
        if condition() { return true }
        usleep(2000)
    }
    return condition()
}

/// SplitMix64: the same numbers for the same seed.
struct SeededNumbers: RandomNumberGenerator {
    private var state: UInt64
    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var word = state
        word = (word ^ (word >> 30)) &* 0xbf58_476d_1ce4_e5b9
        word = (word ^ (word >> 27)) &* 0x94d0_49bb_1331_11eb
        return word ^ (word >> 31)
    }
}
