import Synchronization

/// access.log: one line for each connection and each answer (streaming protocol §16.2).
public final class AccessLog: Sendable {
    private let held: Mutex<LogFile>

    public init(_ file: LogFile) { held = Mutex(file) }

    /// Where lines go now.
    public var file: LogFile { held.withLock { $0 } }

    /// Lines go elsewhere from now on; whoever is writing one finishes it in the old file.
    public func change(_ file: LogFile) { held.withLock { $0 = file } }

    /// `<date>: <text>`.
    public struct Line: Sendable {
        /// One line; who made it has escaped what came from a peer.
        public let text: String
        /// Microseconds since 1970.
        public let at: Int64

        public init(text: String, at: Int64) {
            self.text = text
            self.at = at
        }
    }

    /// Writes one line; see ``Line``.
    public func write(_ text: String, at: Int64) { write([Line(text: text, at: at)]) }

    /// Writes lines, with one system call as far as the file is free.
    public func write(_ lines: [Line]) {
        let file = file
        guard file.target != .none, !lines.isEmpty else { return }
        file.write(lines.map { LogDate.text($0.at) + ": " + $0.text })
    }
}
