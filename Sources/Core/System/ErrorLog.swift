import Synchronization

/// error.log in the original's format or another, with its flood protection (streaming protocol §16.1).
public final class ErrorLog: Sendable {
    /// What a line says, before it has a form.
    public struct Line: Sendable {
        /// Microseconds since 1970.
        public var at: Int64
        /// `INFO`, `ERROR`; `nil` for what the log says of itself.
        public var level: String?
        /// The thread tag; empty where there is none.
        public var thread = ""
        /// One line; the caller has escaped what came from a peer.
        public var message: String
        /// The condition's code; empty where there is none.
        public var code = ""
        /// The machine it is about.
        public var host: String?
    }

    /// Makes a line of text of it.
    public typealias Layout = @Sendable (Line) -> String

    private struct Rules {
        var file: LogFile
        var protection: FloodProtection
        var layout: Layout
    }

    private let program: String
    private let rules: Mutex<Rules>

    /// - Parameters:
    ///   - program: the program word of each line.
    ///   - layout: `nil` is the original's.
    public init(
        _ file: LogFile,
        program: String = "ndstream",
        protection: FloodProtection = FloodProtection(),
        layout: Layout? = nil
    ) {
        self.program = program
        rules = Mutex(Rules(file: file, protection: protection, layout: layout ?? Self.original(program)))
    }

    /// Where lines go now.
    public var file: LogFile { rules.withLock { $0.file } }

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
        let (verdict, layout, file) = rules.withLock {
            ($0.protection.count(code: code, host: host ?? "", second: at / 1_000_000), $0.layout, $0.file)
        }
        func tell(_ text: String) {
            file.write(layout(Line(at: at, level: nil, message: "LOG FLOOD PROTECTION " + text)), priority: 4)
        }
        switch verdict {
        case .write: break
        case .resume(let prevented, let seconds):
            tell("resuming logs (prevented \(prevented) logs in \(seconds) seconds).")
        case .protect(let notice): return tell(notice.text(program: program))
        case .drop: return
        }
        let line = Line(at: at, level: level, thread: thread, message: message, code: code, host: host)
        file.write(layout(line), priority: level == "ERROR" ? 3 : 6)
    }

    /// New rules, from a reloaded configuration; counting starts again.
    /// - Parameter file: where lines go from now on; `nil` leaves it. Whoever is writing a line finishes it in the old one.
    public func change(_ protection: FloodProtection, layout: Layout? = nil, file: LogFile? = nil) {
        rules.withLock {
            let rules = Rules(file: file ?? $0.file, protection: protection, layout: layout ?? Self.original(program))
            $0 = rules
        }
    }

    /// `2026-11-22 09:26:23: ndstream INFO  : MAIN : message`
    private static func original(_ program: String) -> Layout {
        { line in
            let start = "\(LogDate.text(line.at)): \(program) "
            guard let level = line.level else { return start + line.message }
            let padding = String(repeating: " ", count: max(0, 5 - level.utf8.count))
            return "\(start)\(level)\(padding) : \(line.thread) : \(line.message)"
        }
    }
}
