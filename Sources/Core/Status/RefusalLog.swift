/// Refused requests, grouped so that a child that tries every few seconds is one line with a count.
public struct RefusalLog: Sendable {
    /// The oldest last try first.
    private var entries: [StatusDocument.Refusal] = []
    /// Groups that were forgotten to make room.
    public private(set) var dropped = 0

    public init() {}

    /// The groups, the one tried last first.
    public var newestFirst: [StatusDocument.Refusal] { entries.reversed() }

    /// Counts one refusal: into its group, or as a new one. The group that was silent for longest makes room.
    ///
    /// - Parameter refusal: with ``StatusDocument/Refusal/lastAt`` of now; its `tries` are added.
    public mutating func record(_ refusal: StatusDocument.Refusal) {
        var refusal = refusal
        if let index = entries.firstIndex(where: { $0.isSameGroup(as: refusal) }) {
            refusal.tries &+= entries[index].tries
            refusal.firstAt = entries[index].firstAt
            entries.remove(at: index)
        } else if entries.count >= StatusLimits.refusals {
            entries.removeFirst()
            dropped &+= 1
        }
        entries.append(refusal)
    }
}

extension StatusDocument.Refusal {
    fileprivate func isSameGroup(as other: Self) -> Bool {
        code == other.code && key == other.key && address == other.address && hostname == other.hostname
    }
}
