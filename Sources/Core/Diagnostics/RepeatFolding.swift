/// Keeps a log readable in which the same happens again and again: what repeats within ``window`` is counted, and said
/// once something new comes or some seconds have passed. Lines of other kinds may stand between: a refused child writes
/// two or three different ones each time.
///
/// Pure: the lines' own times and the reader's clock come in. Nothing is lost: every line is in what comes out, or in a
/// count.
public struct RepeatFolding<Line> {
    /// What is to be printed.
    public enum Output {
        case line(Line)
        /// `count` further lines like one that was printed before; the last of them.
        /// - Parameter every: microseconds between two; `nil` where their times don't tell.
        case same(last: Line, count: Int, every: Int64?)
    }

    private struct Group {
        /// When the last one that was printed, or is in a count, was written.
        var shown: Int64?
        var last: Int64?
        var line: Line
        var count = 0
        /// Reader's clock: when the first that is not printed came, and the last.
        var waiting: Int64 = 0
        var touched: Int64
        var wasFolded = false
    }

    /// Microseconds between two that are taken for repetitions.
    public static var window: Int64 { 15_000_000 }
    /// Microseconds after which a count is printed although nothing else came.
    public static var patience: Int64 { 10_000_000 }
    /// Microseconds after which the first repetition is printed as it is, if it stays the only one.
    public static var shortPatience: Int64 { 1_500_000 }
    /// Kinds of lines that are remembered.
    static var limit: Int { 256 }

    private var groups: [String: Group] = [:]
    /// Keys of groups with a count, in the order in which they began to wait.
    private var waiting: [String] = []

    public init() {}

    /// - Parameters:
    ///   - key: what makes it the same as another.
    ///   - moment: when it was written, microseconds since 1970, if known.
    ///   - now: the reader's clock, microseconds.
    /// - Returns: what is to be printed now, in order.
    public mutating func take(_ line: Line, key: String, moment: Int64?, now: Int64) -> [Output] {
        if var group = groups[key], isRepetition(group, moment, now) {
            if group.count == 0 {
                group.waiting = now
                waiting.append(key)
            }
            group.count += 1
            group.last = moment
            group.line = line
            group.touched = now
            groups[key] = group
            return []
        }
        let output = flush() + [.line(line)]
        if groups.count >= Self.limit { groups = [:] }
        groups[key] = Group(shown: moment, last: moment, line: line, touched: now)
        return output
    }

    /// What has waited long enough.
    public mutating func due(now: Int64) -> [Output] {
        take { group in
            let isLonely = group.count == 1 && !group.wasFolded
            return now - (isLonely ? group.touched : group.waiting) >= (isLonely ? Self.shortPatience : Self.patience)
        }
    }

    /// Everything that waits.
    public mutating func flush() -> [Output] { take { _ in true } }

    /// Whether something waits: then ``due(now:)`` is to be asked now and then.
    public var isWaiting: Bool { !waiting.isEmpty }

    private func isRepetition(_ group: Group, _ moment: Int64?, _ now: Int64) -> Bool {
        guard let moment, let last = group.last else { return now - group.touched <= Self.window }
        return abs(moment - last) <= Self.window
    }

    private mutating func take(_ isDue: (Group) -> Bool) -> [Output] {
        var output: [Output] = []
        var left: [String] = []
        for key in waiting {
            guard var group = groups[key] else { continue }
            guard isDue(group) else {
                left.append(key)
                continue
            }
            if group.count == 1 {
                output.append(.line(group.line))
            } else {
                output.append(.same(last: group.line, count: group.count, every: interval(group)))
                group.wasFolded = true
            }
            group.shown = group.last
            group.count = 0
            groups[key] = group
        }
        waiting = left
        return output
    }

    private func interval(_ group: Group) -> Int64? {
        guard let last = group.last, let shown = group.shown, last > shown else { return nil }
        return (last - shown) / Int64(group.count)
    }
}
