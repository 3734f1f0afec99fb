import Synchronization

/// access.log: one line for each connection and each answer (streaming protocol §16.2).
public final class AccessLog: Sendable {
    private let held: Mutex<LogFile>

    public init(_ file: LogFile) { held = Mutex(file) }

    /// Where lines go now.
    public var file: LogFile { held.withLock { $0 } }

    /// Lines go elsewhere from now on; whoever is writing one finishes it in the old file.
    public func change(_ file: LogFile) { held.withLock { $0 = file } }

    /// Writes `<date>: <text>`.
    /// - Parameters:
    ///   - text: one line; the caller has escaped what came from a peer.
    ///   - at: microseconds since 1970.
    public func write(_ text: String, at: Int64) {
        let file = file
        if file.target != .none { file.write(LogDate.text(at) + ": " + text) }
    }
}
