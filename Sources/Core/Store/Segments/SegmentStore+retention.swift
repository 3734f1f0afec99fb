import Basics
import Synchronization
import System

extension SegmentStore {
    /// Deletes segments that nobody needs any more (``SegmentRetention/whileNeeded(segmentBytes:_:)``).
    public func discardUnneeded() throws(SegmentStoreError) {
        try writer.withLock { writer throws(SegmentStoreError) in
            guard writer.isOpen else { throw .notOpen }
            try keepQuota(adding: 0, asks: true)
        }
    }

    /// Makes room.
    /// - Parameters:
    ///   - bytes: what will be added.
    ///   - asks: whether those are asked who may need a segment.
    func keepQuota(adding bytes: Int, asks: Bool = false) throws(SegmentStoreError) {
        switch settings.retention {
        case .quota(let quota), .quotaOf(let quota, _):
            while let oldest = oldestBeyond(quota, adding: bytes) { try delete(oldest) }
        case .whileNeeded(_, let isNeeded):
            guard bytes > 0 || asks else { return }
            for segment in state.withLock({ $0.segments }) where !hidesOlder(segment) {
                if !isNeeded(facts(of: segment)) { try delete(segment) }
            }
        }
    }

    /// Files that are not the store's count too, but not so much that nothing is left for it.
    private func oldestBeyond(_ quota: Int, adding bytes: Int) -> FinishedSegment? {
        state.withLock { state in
            let own = state.segments.reduce(0) { $0 + $1.size } + (state.open?.end ?? 0)
            let all = own + min(state.otherBytes, quota / 2) + bytes
            return all > quota ? state.segments.first : nil
        }
    }

    /// Whether a removal in it hides what is in an older one.
    private func hidesOlder(_ segment: FinishedSegment) -> Bool {
        state.withLock { state in
            segment.removals.contains { removal in
                state.segments.contains { $0.number < segment.number && $0.host(removal.host) != nil }
            }
        }
    }

    private func facts(of segment: FinishedSegment) -> SegmentFacts {
        var hosts: [GUID: TimeSpan] = [:]
        for host in segment.hosts where host.last >= host.first { hosts[host.guid] = host.span }
        return SegmentFacts(
            number: segment.number,
            bytes: segment.size,
            span: segment.span,
            hosts: hosts,
            series: { [self] in
                var spans: [SeriesKey: TimeSpan] = [:]
                for (key, _, span) in keys(of: segment) {
                    spans[key] = spans[key].map { $0.including(span) } ?? span
                }
                return spans
            }
        )
    }

    private func delete(_ segment: FinishedSegment) throws(SegmentStoreError) {
        let gone = listener == nil ? [] : keys(of: segment)
        try asStoreError { () throws(SystemError) in try files.remove(path(segment.name)) }
        let version = state.withLock { state in
            state.segments.removeAll { $0.number == segment.number }
            state.version += 1
            state.damaged = state.damaged.filter { $0.segment != segment.number }
            state.removed = state.removed.filter { $0.value.segment != segment.number || isHeldBack($0.key, state) }
            return state.version
        }
        caches.withLock { $0.forget(segment, version: version) }
        guard let listener else { return }
        var loss = SegmentLoss(segment: segment.number, series: [])
        for (host, series) in Dictionary(grouping: gone, by: { $0.key.host }).sorted(by: { $0.key < $1.key }) {
            let hashes = Set(series.map { $0.hash })
            let firsts = firstTimes(of: hashes, host)
            var seen: Set<SeriesKey> = []
            for one in series where seen.insert(one.key).inserted {
                loss.series.append(.init(key: one.key, first: firsts[one.hash]))
            }
        }
        listener(loss)
    }

    /// Whether older blocks of a host are hidden by a removal that stood in the deleted segment.
    private func isHeldBack(_ host: GUID, _ state: borrowing State) -> Bool {
        state.segments.contains { $0.host(host) != nil && $0.number < (state.removed[host]?.segment ?? 0) }
    }

    /// All series of a segment with what is shown of them.
    private func keys(of segment: FinishedSegment) -> [(key: SeriesKey, hash: UInt64, span: TimeSpan)] {
        var keys: [(key: SeriesKey, hash: UInt64, span: TimeSpan)] = []
        for host in segment.hosts {
            guard let series = directory(of: host.guid, in: segment) else { continue }
            for one in series {
                guard let span = one.span(factor: Int64(settings.stepFactor)),
                    let definition = definition(at: one.definition, in: segment.number)
                else { continue }
                keys.append((definition.key(of: host.guid), one.hash, span))
            }
        }
        return keys
    }

    /// The oldest times that are left of series of a host. The oldest segments are asked first, and younger ones only as long as they
    /// may have something older.
    private func firstTimes(of hashes: Set<UInt64>, _ host: GUID) -> [UInt64: Int64] {
        let (segments, open) = state.withLock { ($0.segments, $0.open?.contents.series(of: host) ?? []) }
        let factor = Int64(settings.stepFactor)
        var firsts: [UInt64: Int64] = [:]
        func note(_ series: [IndexedSeries], _ hidden: UInt32) {
            for one in series where hashes.contains(one.hash) {
                guard let span = one.span(factor: factor, after: hidden) else { continue }
                firsts[one.hash] = min(firsts[one.hash] ?? .max, span.first)
            }
        }
        for segment in segments {
            guard let part = segment.host(host), let hidden = hiddenUntil(host, in: segment.number) else { continue }
            if firsts.count == hashes.count, firsts.values.allSatisfy({ $0 <= part.first }) { continue }
            note(directory(of: host, in: segment) ?? [], hidden)
        }
        if let number = state.withLock({ $0.open?.number }), let hidden = hiddenUntil(host, in: number) {
            note(open, hidden)
        }
        return firsts
    }
}

extension TimeSpan {
    func including(_ other: TimeSpan) -> TimeSpan {
        var both = self
        both.include(other)
        return both
    }
}

extension SegmentStore.Caches {
    mutating func forget(_ segment: FinishedSegment, version: Int) {
        files[segment.number] = nil
        directories.remove { $0.segment == segment.number }
        definitions.remove { $0.segment == segment.number }
        guard self.version == version - 1 else { return }
        self.version = version
        spans.remove { segment.host($0) != nil }
    }
}
