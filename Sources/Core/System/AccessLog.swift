import Synchronization

/// access.log: one line for each connection and each answer (streaming protocol §16.2).
public final class AccessLog: Sendable {
    private struct State {
        var file: LogFile
        /// Of the last line, Unix seconds, and how they are written: the lines of a second have the same.
        var second = Int64.min
        var date = ""

        mutating func date(_ microseconds: Int64) -> String {
            let second = microseconds / 1_000_000
            if second != self.second {
                self.second = second
                date = LogDate.text(microseconds)
            }
            return date
        }
    }

    private let state: Mutex<State>

    public init(_ file: LogFile) { state = Mutex(State(file: file)) }

    /// Where lines go now.
    public var file: LogFile { state.withLock { $0.file } }

    /// Lines go elsewhere from now on; whoever is writing one finishes it in the old file.
    public func change(_ file: LogFile) { state.withLock { $0.file = file } }

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
        guard !lines.isEmpty else { return }
        let (file, dated) = state.withLock { state in
            (state.file, state.file.target == .none ? [] : lines.map { state.date($0.at) + ": " + $0.text })
        }
        if !dated.isEmpty { file.write(dated) }
    }
}
