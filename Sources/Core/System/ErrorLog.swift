import Synchronization

/// error.log in the original's format, with its flood protection (streaming protocol §16.1).
public final class ErrorLog: Sendable {
    public let file: LogFile
    private let program: String
    private let protection: Mutex<FloodProtection>

    /// - Parameter program: the program word of each line.
    public init(_ file: LogFile, program: String = "ndstream", protection: FloodProtection = FloodProtection()) {
        self.file = file
        self.program = program
        self.protection = Mutex(protection)
    }

    /// Writes a line, unless its like has flooded the log.
    /// - Parameters:
    ///   - level: `INFO`, `ERROR`.
    ///   - thread: the thread tag.
    ///   - message: one line; the caller has escaped what came from a peer.
    ///   - at: microseconds since 1970.
    ///   - code: the condition's code, and
    ///   - host: the machine it is about: floods are counted for each pair.
    public func write(
        level: String,
        thread: String,
        message: String,
        at: Int64,
        code: String = "",
        host: String? = nil
    ) {
        let date = LogDate.text(at)
        let priority: Int32 = level == "ERROR" ? 3 : 6
        let verdict = protection.withLock { $0.count(code: code, host: host ?? "", second: at / 1_000_000) }
        switch verdict {
        case .write: break
        case .resume(let prevented, let seconds):
            file.write(
                "\(date): \(program) LOG FLOOD PROTECTION resuming logs (prevented \(prevented) logs in \(seconds) seconds).",
                priority: 4
            )
        case .protect(let notice):
            file.write("\(date): \(program) LOG FLOOD PROTECTION \(notice.text(program: program))", priority: 4)
            return
        case .drop: return
        }
        let padded = level + String(repeating: " ", count: max(0, 5 - level.utf8.count))
        file.write("\(date): \(program) \(padded) : \(thread) : \(message)", priority: priority)
    }

    /// New limits, from a reloaded configuration; counting starts again.
    public func limit(_ protection: FloodProtection) { self.protection.withLock { $0 = protection } }
}
