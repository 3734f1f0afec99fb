/// Decides which lines of a flood are written: counted for each pair of condition and host, so that one noisy child
/// hides nobody else's lines.
public struct FloodProtection: Sendable {
    /// What becomes of a line.
    enum Verdict: Equatable {
        case write
        /// The first line after a pause: `prevented` were dropped in the `seconds` before.
        case resume(prevented: Int, seconds: Int64)
        /// This line is one too many: say so once.
        case protect(Notice)
        case drop
    }

    /// The one line that says that lines are missing.
    struct Notice: Equatable {
        var logs: Int
        var seconds: Int64
        var threshold: Int
        var period: Int64

        func text(program: String) -> String {
            "too many logs (\(logs) logs in \(seconds) seconds, threshold is set to \(threshold) logs in \(period) seconds). "
                + "Preventing more logs from process '\(program)' for \(max(0, period - seconds)) seconds."
        }
    }

    /// Pairs that are counted apart; what comes beyond shares one count, so that inventing hosts gains nothing.
    public static let pairsLimit = 4096

    /// Bytes of a host's name; whatever is longer is no GUID and is counted with all that has none.
    public static let hostLimit = 64

    private struct Pair: Hashable {
        var code: String
        var host: String
    }

    private struct Count {
        var start: Int64
        var lines = 0
        var prevented = 0
    }

    private let threshold: Int
    private let period: Int64
    private var counts: [Pair: Count] = [:]

    /// - Parameters:
    ///   - threshold: `errors to trigger flood protection`; 0 turns it off.
    ///   - period: `errors flood protection period`, seconds; 0 turns it off.
    public init(threshold: Int = 200, period: Int64 = 1200) {
        self.threshold = threshold
        self.period = period
    }

    mutating func count(code: String, host: String, second: Int64) -> Verdict {
        guard threshold > 0, period > 0 else { return .write }
        var pair = Pair(code: code, host: host.utf8.count > Self.hostLimit ? "" : host)
        if counts[pair] == nil, counts.count >= Self.pairsLimit {
            counts = counts.filter { second &- $0.value.start < period }
            if counts.count >= Self.pairsLimit { pair = Pair(code: "", host: "") }
        }
        var count = counts[pair] ?? Count(start: second)
        defer { counts[pair] = count }
        // A clock that was set back starts the period again rather than stretching it.
        if second &- count.start >= period || second < count.start {
            let before = count
            count = Count(start: second, lines: 1)
            return before.prevented > 0
                ? .resume(prevented: before.prevented, seconds: second &- before.start) : .write
        }
        count.lines += 1
        if count.lines <= threshold { return .write }
        count.prevented += 1
        guard count.prevented == 1 else { return .drop }
        return .protect(
            Notice(logs: count.lines, seconds: second &- count.start, threshold: threshold, period: period)
        )
    }
}
