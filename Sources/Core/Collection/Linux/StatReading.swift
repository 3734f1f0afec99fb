import Basics

/// What /proc/stat says.
final class StatReading {
    /// Jiffies since the machine started, as the kernel counts them.
    struct Times: Equatable {
        var user: Int64 = 0
        var nice: Int64 = 0
        var system: Int64 = 0
        var idle: Int64 = 0
        var iowait: Int64 = 0
        var irq: Int64 = 0
        var softirq: Int64 = 0
        var steal: Int64 = 0
        var guest: Int64 = 0
        var guestNice: Int64 = 0
    }

    struct Core {
        var number: Int
        var times: Times
    }

    /// Cores beyond this are left out.
    static let coreLimit = 8192

    private(set) var hasTotal = false
    private(set) var total = Times()
    /// The first ``coreCount`` are of this reading.
    private(set) var cores: [Core] = []
    private(set) var coreCount = 0
    private(set) var interrupts: Int64 = 0
    private(set) var switches: Int64 = 0
    private(set) var forks: Int64 = 0
    private(set) var running: Int64 = 0
    private(set) var blocked: Int64 = 0

    func parse(_ bytes: UnsafeBufferPointer<UInt8>) {
        hasTotal = false
        coreCount = 0
        var cursor = ByteCursor(bytes)
        while !cursor.isAtEnd {
            let key = cursor.word()
            if key.hasPrefix("cpu") {
                parseProcessor(key.dropping(3), &cursor)
            } else if key == "intr" {
                interrupts = cursor.number()
            } else if key == "ctxt" {
                switches = cursor.number()
            } else if key == "processes" {
                forks = cursor.number()
            } else if key == "procs_running" {
                running = cursor.number()
            } else if key == "procs_blocked" {
                blocked = cursor.number()
            }
            cursor.nextLine()
        }
    }

    private func parseProcessor(_ number: Word, _ cursor: inout ByteCursor) {
        var times = Times()
        times.user = cursor.number()
        times.nice = cursor.number()
        times.system = cursor.number()
        times.idle = cursor.number()
        times.iowait = cursor.number()
        times.irq = cursor.number()
        times.softirq = cursor.number()
        times.steal = cursor.number()
        times.guest = cursor.number()
        times.guestNice = cursor.number()
        if number.isEmpty {
            total = times
            hasTotal = true
        } else if case let number = number.decimal, number >= 0, number < Self.coreLimit, coreCount < Self.coreLimit {
            let core = Core(number: Int(number), times: times)
            if coreCount < cores.count { cores[coreCount] = core } else { cores.append(core) }
            coreCount += 1
        }
    }
}
