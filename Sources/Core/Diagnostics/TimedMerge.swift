/// Puts the lines of several logs into the order of their times.
///
/// Within one source the order stays as it is. While the past is read the order is exact: nothing comes out before every
/// source has said its next line, or that it has none. Live, a line waits for ``patience``, so that another file's earlier
/// one may still come; then it goes, with everything that is older.
public struct TimedMerge<Element> {
    private struct Item {
        var element: Element
        var moment: Int64
        var arrival: Int64
    }

    private struct Source {
        var items: [Item] = []
        var first = 0
        /// The time of its last line: lines without one belong to the one before, and a clock that was set back changes
        /// no order.
        var moment = Int64.min
        /// Nothing more is to be waited for.
        var isQuiet = false

        var isEmpty: Bool { first == items.count }
        /// The time of its next line.
        var next: Int64? { isEmpty ? nil : items[first].moment }
    }

    /// Microseconds that a line waits for others.
    public let patience: Int64
    private var sources: [Source]

    public init(sources: Int, patience: Int64 = 500_000) {
        self.sources = Array(repeating: Source(), count: sources)
        self.patience = sources > 1 ? patience : 0
    }

    /// - Parameters:
    ///   - moment: when it was written, microseconds since 1970; `nil` is that of the line before.
    ///   - now: the reader's clock, microseconds.
    public mutating func add(_ element: Element, moment: Int64?, from source: Int, now: Int64) {
        let own = max(moment ?? .min, sources[source].moment)
        sources[source].moment = own
        sources[source].items.append(Item(element: element, moment: own, arrival: now))
    }

    /// The source has nothing more for the time being.
    public mutating func rest(_ source: Int) { sources[source].isQuiet = true }

    /// Whether the next line can't be told without this source.
    public func isNeeded(_ source: Int) -> Bool { !sources[source].isQuiet && sources[source].isEmpty }

    /// Whether anything is held.
    public var isEmpty: Bool { sources.allSatisfy(\.isEmpty) }

    /// The next line of the past, in exact order; `nil` while a source is needed, or when all have been taken.
    public mutating func next() -> (element: Element, source: Int)? {
        if sources.indices.contains(where: isNeeded) { return nil }
        return take()
    }

    /// The lines that have waited long enough, with everything older than they, in order.
    public mutating func release(now: Int64) -> [(element: Element, source: Int)] {
        // In each source arrivals are in order as moments are: the newest that is due speaks for those before it.
        let due = sources.compactMap { source in
            source.items[source.first...].last { now - $0.arrival >= patience }?.moment
        }
        guard let latest = due.max() else { return [] }
        var released: [(element: Element, source: Int)] = []
        while let source = earliest, let moment = sources[source].next, moment <= latest, let next = take() {
            released.append(next)
        }
        return released
    }

    /// The source whose next line is the oldest; of equals the first.
    private var earliest: Int? {
        var found: Int?
        var oldest = Int64.max
        for index in sources.indices {
            guard let moment = sources[index].next, found == nil || moment < oldest else { continue }
            found = index
            oldest = moment
        }
        return found
    }

    private mutating func take() -> (element: Element, source: Int)? {
        guard let source = earliest else { return nil }
        let item = sources[source].items[sources[source].first]
        sources[source].first += 1
        if sources[source].first == sources[source].items.count {
            sources[source].items.removeAll(keepingCapacity: true)
            sources[source].first = 0
        }
        return (item.element, source)
    }
}
