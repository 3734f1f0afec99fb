import Store

/// /proc/sysvipc: semaphores and shared memory of System V (collectors §6).
struct IPCCollector: CollectorModule {
    static let name = "ipc"
    private static let section = "plugin:proc:ipc"
    private static let source = ChartSource.proc(name)

    private let semaphoreFile: ProcFile
    private let memoryFile: ProcFile
    private let limitsFile: ProcFile
    private let showsSemaphores: Bool
    private let showsMemory: Bool
    private var limitsDue = Every(seconds: 60)
    private var knownLimits: (semaphores: Int64, arrays: Int64) = (-1, -1)
    private var semaphores = LiveChart()
    private var arrays = LiveChart()
    private var segments = LiveChart()
    private var bytes = LiveChart()

    init(_ options: CollectionOptions) {
        semaphoreFile = options.file("/proc/sysvipc/sem")
        memoryFile = options.file("/proc/sysvipc/shm")
        limitsFile = options.file("/proc/sys/kernel/sem", isOnePiece: true)
        showsSemaphores = options.isEnabled(Self.section, "semaphore totals")
        showsMemory = options.isEnabled(Self.section, "shared memory totals")
    }

    mutating func collect(into database: inout HostDatabase, at tick: Tick) -> Bool {
        var anything = false
        if showsSemaphores, let contents = semaphoreFile.read(into: tick.buffer) {
            let sum = IPCReading(contents, summing: 3)
            if limitsDue.isDue(tick) { publishLimits(in: &database, at: tick) }
            show(sum.total, &semaphores, Self.semaphores, in: &database, at: tick)
            show(sum.lines, &arrays, Self.arrays, in: &database, at: tick)
            anything = true
        }
        if showsMemory, let contents = memoryFile.read(into: tick.buffer) {
            let sum = IPCReading(contents, summing: 3)
            show(sum.lines, &segments, Self.segments, in: &database, at: tick)
            show(sum.total, &bytes, Self.bytes, in: &database, at: tick)
            anything = true
        }
        return anything
    }

    private func show(
        _ value: Int64,
        _ chart: inout LiveChart,
        _ template: @autoclosure () -> ChartTemplate,
        in database: inout HostDatabase,
        at tick: Tick
    ) {
        chart.begin(&database, tick, Self.source, template())
        database.set(0, value)
        database.end(now: tick.now)
    }

    private mutating func publishLimits(in database: inout HostDatabase, at tick: Tick) {
        guard let contents = limitsFile.read(into: tick.buffer) else { return }
        var cursor = ByteCursor(contents)
        cursor.skipWords(1)
        let semaphores = cursor.number()
        cursor.skipWords(1)
        let arrays = cursor.number()
        guard (semaphores, arrays) != knownLimits else { return }
        knownLimits = (semaphores, arrays)
        database.setHostVariable("ipc_semaphores_max", Double(semaphores))
        database.setHostVariable("ipc_semaphores_arrays_max", Double(arrays))
    }
}

/// A file of /proc/sysvipc: a head line, then a line for each object.
struct IPCReading: Equatable {
    private(set) var lines: Int64 = 0
    /// The sum of one column: semaphores of an array, bytes of a segment.
    private(set) var total: Int64 = 0

    init(_ bytes: UnsafeBufferPointer<UInt8>, summing column: Int) {
        var cursor = ByteCursor(bytes)
        while cursor.nextLine() {
            guard !cursor.isAtLineEnd else { continue }
            cursor.skipWords(column)
            lines += 1
            total &+= cursor.number()
        }
    }
}

extension IPCCollector {
    private static var semaphores: ChartTemplate {
        .init(
            "system.ipc_semaphores",
            "IPC Semaphores",
            "semaphores",
            family: "ipc semaphores",
            1203,
            type: .area,
            [.absolute("semaphores")]
        )
    }

    private static var arrays: ChartTemplate {
        .init(
            "system.ipc_semaphore_arrays",
            "IPC Semaphore Arrays",
            "arrays",
            family: "ipc semaphores",
            1204,
            type: .area,
            [.absolute("arrays")]
        )
    }

    private static var segments: ChartTemplate {
        .init(
            "system.shared_memory_segments",
            "IPC Shared Memory Number of Segments",
            "segments",
            family: "ipc shared memory",
            1205,
            type: .stacked,
            [.absolute("segments")]
        )
    }

    private static var bytes: ChartTemplate {
        .init(
            "system.shared_memory_bytes",
            "IPC Shared Memory Used Bytes",
            "bytes",
            family: "ipc shared memory",
            1206,
            type: .stacked,
            [.absolute("bytes")]
        )
    }
}
