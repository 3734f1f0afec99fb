/// The last things that happened, in a ring: adding one costs the same however full it is.
public struct EventLog: Sendable {
    private var entries: [StatusDocument.Event] = []
    private var oldest = 0
    /// How many were overwritten.
    public private(set) var dropped = 0

    public init() {}

    public var newestFirst: [StatusDocument.Event] {
        (entries[oldest...] + entries[..<oldest]).reversed()
    }

    public mutating func record(_ event: StatusDocument.Event) {
        guard entries.count >= StatusLimits.events else {
            entries.append(event)
            return
        }
        entries[oldest] = event
        oldest = (oldest + 1) % entries.count
        dropped &+= 1
    }
}
