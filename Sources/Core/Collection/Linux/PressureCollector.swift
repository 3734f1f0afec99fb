import Basics
import Store

/// /proc/pressure: how much time tasks lose waiting for processors, memory and disks; every two seconds, which is how
/// often the kernel computes it (collectors §6).
struct PressureCollector: CollectorModule {
    static let name = "/proc/pressure"
    private static let section = "plugin:proc:/proc/pressure"
    private static let source = ChartSource.proc(name)

    private struct Resource {
        let file: ProcFile
        let some: Line
        let full: Line
    }

    private struct Line {
        let word: String
        let resource: String
        let title: String
        let family: String
        let priority: Int
        let isWanted: Bool
    }

    private struct Charts {
        var averages = LiveChart()
        var stall = LiveChart()
    }

    private let resources: [Resource]
    private let every: Int
    private var due: Every
    /// Two for each resource: some, full.
    private var charts: [Charts]

    init(_ options: CollectionOptions) {
        every = max(2, options.updateEvery)
        due = Every(seconds: every)
        resources = [("cpu", "CPU", "cpu", 140), ("memory", "Memory", "ram", 240), ("io", "I/O", "disk", 190)].map {
            (id, title, family, priority) in
            func line(_ word: String, _ priority: Int) -> Line {
                Line(
                    word: word,
                    resource: id,
                    title: "\(title) \(word) pressure",
                    family: family,
                    priority: priority,
                    isWanted: options.isEnabled(Self.section, "enable \(id) \(word) pressure")
                )
            }
            return Resource(
                file: options.file("/proc/pressure/" + id),
                some: line("some", priority),
                full: line("full", priority + 10)
            )
        }
        charts = .init(repeating: Charts(), count: resources.count * 2)
    }

    mutating func collect(into database: inout HostDatabase, at tick: Tick) -> Bool {
        guard due.isDue(tick) else { return true }
        var anything = false
        for (index, resource) in resources.enumerated() {
            guard let bytes = resource.file.read(into: tick.buffer) else { continue }
            anything = true
            let reading = PressureReading(bytes)
            if let some = reading.some, resource.some.isWanted {
                show(some, resource.some, &charts[2 * index], in: &database, at: tick)
            }
            if let full = reading.full, resource.full.isWanted {
                show(full, resource.full, &charts[2 * index + 1], in: &database, at: tick)
            }
        }
        return anything
    }

    private func show(
        _ numbers: PressureReading.Numbers,
        _ line: Line,
        _ charts: inout Charts,
        in database: inout HostDatabase,
        at tick: Tick
    ) {
        charts.averages.begin(&database, tick, Self.source, every: every, Self.averages(line))
        database.set(0, numbers.average10)
        database.set(1, numbers.average60)
        database.set(2, numbers.average300)
        database.end(now: tick.now)
        charts.stall.begin(&database, tick, Self.source, every: every, Self.stall(line))
        database.set(0, numbers.totalMicroseconds / 1000)
        database.end(now: tick.now)
    }

    private static func averages(_ line: Line) -> ChartTemplate {
        .init(
            "system.\(line.resource)_\(line.word)_pressure",
            line.title,
            "percentage",
            family: line.family,
            line.priority,
            [
                .absolute("\(line.word) 10", 1, 100), .absolute("\(line.word) 60", 1, 100),
                .absolute("\(line.word) 300", 1, 100),
            ]
        )
    }

    private static func stall(_ line: Line) -> ChartTemplate {
        .init(
            "system.\(line.resource)_\(line.word)_pressure_stall_time",
            line.title + " stall time",
            "ms",
            family: line.family,
            line.priority + 5,
            [.incremental("time")]
        )
    }
}

/// What one file of /proc/pressure says.
struct PressureReading: Equatable {
    /// Percentages in hundredths, and all time lost since the start.
    struct Numbers: Equatable {
        var average10: Int64 = 0
        var average60: Int64 = 0
        var average300: Int64 = 0
        var totalMicroseconds: Int64 = 0
    }

    private(set) var some: Numbers?
    /// Older kernels don't have it for processors.
    private(set) var full: Numbers?

    init(_ bytes: UnsafeBufferPointer<UInt8>) {
        var cursor = ByteCursor(bytes)
        while !cursor.isAtEnd {
            let word = cursor.word()
            if word == "some" {
                some = Self.numbers(&cursor)
            } else if word == "full" {
                full = Self.numbers(&cursor)
            }
            cursor.nextLine()
        }
    }

    private static func numbers(_ cursor: inout ByteCursor) -> Numbers {
        let equals = UInt8(ascii: "=")
        var numbers = Numbers()
        while !cursor.isAtLineEnd {
            let name = cursor.word(separator: equals)
            let value = cursor.word(separator: equals)
            if name == "avg10" {
                numbers.average10 = value.fixedPoint(decimals: 2)
            } else if name == "avg60" {
                numbers.average60 = value.fixedPoint(decimals: 2)
            } else if name == "avg300" {
                numbers.average300 = value.fixedPoint(decimals: 2)
            } else if name == "total" {
                numbers.totalMicroseconds = value.decimal
            }
        }
        return numbers
    }
}
