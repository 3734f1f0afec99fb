/// Cuts a plugin's standard error into lines for the log, and lets only so many through.
struct PluginErrors {
    /// Bytes of a line that are kept; the rest of it is dropped.
    static let lineLimit = 2048
    /// Lines that pass in one ``period``.
    static let linesPerPeriod = 200
    /// Microseconds.
    static let period: Int64 = 60_000_000

    private var line: [UInt8] = []
    private var periodStarted: Int64 = .min
    private var passed = 0
    private(set) var suppressed = 0

    /// - Parameters:
    ///   - now: microseconds of a clock that is never set.
    ///   - log: gets each line that may pass; and, when a period with dropped lines is over, their number.
    mutating func feed(_ bytes: UnsafeRawBufferPointer, now: Int64, log: (Line) -> Void) {
        for byte in bytes {
            if byte == 10 {
                finish(now: now, log: log)
            } else if line.count < Self.lineLimit {
                line.append(byte)
            }
        }
    }

    /// The run is over: an unfinished line counts as one.
    mutating func end(now: Int64, log: (Line) -> Void) {
        finish(now: now, log: log)
        if suppressed > 0 { log(.suppressed(suppressed)) }
        suppressed = 0
    }

    enum Line: Equatable {
        case text(String)
        case suppressed(Int)
    }

    private mutating func finish(now: Int64, log: (Line) -> Void) {
        if line.last == 13 { line.removeLast() }
        guard !line.isEmpty else { return }
        defer { line.removeAll(keepingCapacity: true) }
        if periodStarted == .min || now &- periodStarted >= Self.period {
            if suppressed > 0 { log(.suppressed(suppressed)) }
            suppressed = 0
            passed = 0
            periodStarted = now
        }
        guard passed < Self.linesPerPeriod else {
            suppressed &+= 1
            return
        }
        passed &+= 1
        log(.text(String(decoding: line, as: UTF8.self)))
    }
}
