/// access.log: one line for each connection and each answer (streaming protocol §16.2).
public final class AccessLog: Sendable {
    public let file: LogFile

    public init(_ file: LogFile) { self.file = file }

    /// Writes `<date>: <text>`.
    /// - Parameters:
    ///   - text: one line; the caller has escaped what came from a peer.
    ///   - at: microseconds since 1970.
    public func write(_ text: String, at: Int64) {
        if file.target != .none { file.write(LogDate.text(at) + ": " + text) }
    }
}
