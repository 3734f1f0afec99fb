import Synchronization

/// Looking at many charts, a few at a time.
extension Host {
    /// What a reader does under one lock at most, in dimensions: a chart counts as ``workOfAChart`` and its own.
    @inlinable static var workPerLock: Int { 1_000 }
    @inlinable static var workOfAChart: Int { 8 }

    /// Takes something of many charts. Between batches of them the lock is free, so that the writer never waits for more than
    /// one, however many there are. Charts that have gone meanwhile are left out.
    ///
    /// - Parameters:
    ///   - refs: which; without them all there are, in the order of their definition.
    ///   - body: what to take of one; `nil`: nothing.
    @inlinable
    public func take<Taken: Sendable>(
        of refs: [ChartRef]? = nil,
        _ body: (borrowing HostDatabase, ChartRef) -> Taken?
    ) -> [Taken] {
        let refs = refs ?? withDatabase { $0.refs }
        var taken: [Taken] = []
        var next = 0
        while next < refs.count { taken += takeBatch(of: refs, from: &next, body) }
        return taken
    }

    /// One lock's worth: at least one chart, and no more of them when ``workPerLock`` is reached.
    @inlinable
    func takeBatch<Taken: Sendable>(
        of refs: [ChartRef],
        from next: inout Int,
        _ body: (borrowing HostDatabase, ChartRef) -> Taken?
    ) -> [Taken] {
        withDatabase { database in
            var taken: [Taken] = []
            var work = 0
            while next < refs.count, work < Host.workPerLock {
                work += Host.workOfAChart + database.dimensionCount(of: refs[next])
                if let one = body(database, refs[next]) { taken.append(one) }
                next += 1
            }
            return taken
        }
    }
}
