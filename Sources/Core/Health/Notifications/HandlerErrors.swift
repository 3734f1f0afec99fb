import Basics

/// Lines of all handlers' standard errors for the log, and no more of them than it takes.
struct HandlerErrors {
    /// Bytes of a line that are kept; the rest of it is dropped.
    static let lineLimit = 2048
    /// Lines that pass in one ``period``, of all handlers together.
    static let linesPerPeriod = 200
    /// Microseconds.
    static let period = 60 * microsecondsPerSecond

    private var periodStarted: Int64 = .min
    private var passed = 0
    private var suppressed = 0

    /// Takes what came.
    /// - Parameters:
    ///   - line: of this handler, as far as it has come.
    ///   - now: microseconds of a clock that is never set.
    ///   - log: gets each line that may pass.
    mutating func feed(_ bytes: UnsafeRawBufferPointer, line: inout [UInt8], now: Int64, log: (String) -> Void) {
        for byte in bytes {
            if byte == 10 {
                end(&line, now: now, log: log)
            } else if line.count < Self.lineLimit {
                line.append(byte)
            }
        }
    }

    /// The handler has ended: an unfinished line counts as one.
    mutating func end(_ line: inout [UInt8], now: Int64, log: (String) -> Void) {
        if line.last == 13 { line.removeLast() }
        guard !line.isEmpty else { return }
        defer { line.removeAll(keepingCapacity: true) }
        if periodStarted == .min || now - periodStarted >= Self.period {
            periodStarted = now
            passed = 0
        }
        guard passed < Self.linesPerPeriod else {
            suppressed += 1
            return
        }
        passed += 1
        log(String(decoding: line, as: UTF8.self))
    }

    /// How many did not pass, once the period that they fell into is over; each is told once.
    mutating func takeSuppressed(now: Int64) -> Int {
        guard suppressed > 0, now - periodStarted >= Self.period else { return 0 }
        defer { suppressed = 0 }
        return suppressed
    }
}
