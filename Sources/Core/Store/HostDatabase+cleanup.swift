import Basics

/// What goes with time (storage §6, streaming protocol §9.4). Functions of `now`, called by the node's timer.
extension HostDatabase {
    /// Removes a chart and all it has. Its ref becomes stale.
    public mutating func remove(_ ref: ChartRef) {
        guard let chart = pointer(ref), let record = records[Int(ref.index)] else { return }
        leave(chart, Int(ref.index))
        if byName[record.definition.name] == ref.index { byName[record.definition.name] = nil }
        if current == ref.index { current = -1 }
        if preceding == ref.index { preceding = -1 }
        freeSlot(ref.index)
        rebuildTable()
        tell(.chartRemoved(ref))
    }

    /// Removes the charts that were marked obsolete and have seen nothing for so many seconds.
    ///
    /// - Returns: their ids.
    @discardableResult
    public mutating func removeObsolete(after seconds: Int64, now: Int64) -> [String] {
        guard let charts else { return [] }
        var removed: [String] = []
        for slot in 0..<chartSlots {
            guard charts[Int(slot)].isObsolete, let id = records[Int(slot)]?.definition.id,
                silence(charts + Int(slot), now: now) >= seconds
            else { continue }
            removed.append(id)
            remove(ref(slot))
        }
        return removed
    }

    /// Marks charts obsolete that got nothing for 1800 seconds and 60 times their update every, although their source is
    /// connected for as long (streaming protocol §9.4).
    public mutating func markSilent(connectedSince: Int64, now: Int64) {
        guard let charts else { return }
        for slot in 0..<chartSlots where records[Int(slot)] != nil && !charts[Int(slot)].isObsolete {
            let patience = 1800 &+ 60 &* charts[Int(slot)].updateEvery
            guard silence(charts + Int(slot), now: now) >= patience,
                (now &- connectedSince) / microsecondsPerSecond >= patience
            else { continue }
            let active = charts[Int(slot)].lastActive
            setObsolete(true, ref(slot), now: now)
            charts[Int(slot)].lastActive = active
        }
    }

    private func silence(_ chart: UnsafeMutablePointer<Chart>, now: Int64) -> Int64 {
        (now &- chart.pointee.lastActive) / microsecondsPerSecond
    }

    private mutating func rebuildTable() {
        byID.removeAll()
        guard let charts else { return }
        for slot in 0..<chartSlots where records[Int(slot)] != nil {
            byID.insert(slot, hash: charts[Int(slot)].id.hash) { charts[Int($0)].id.hash }
        }
    }
}
