import Basics
import Glibc
import Synchronization
import System

/// From when to when there are rows of the series of many hosts: what a start has to know before the first child comes.
extension SegmentStore {
    /// Of the series of a host, by ``SeriesKey/hash``.
    /// - Parameter finished: what ``finishedSpans()`` has found of it just now; `nil` reads it.
    func spans(of host: GUID, finished: [UInt64: TimeSpan]? = nil) -> [UInt64: TimeSpan] {
        let factor = Int64(settings.stepFactor)
        let open = state.withLock { state -> [IndexedSeries] in
            guard let open = state.open else { return [] }
            var series = open.contents.series(of: host)
            if let removal = state.removed[host], removal.segment == open.number {
                for index in series.indices { series[index].blocks.removeAll { $0.offset < removal.offset } }
            }
            return series
        }
        var spans = finished ?? finishedSpans(of: host)
        var newest: [UInt64: UInt32] = [:]
        for one in open {
            guard let span = one.span(factor: factor), let block = one.blocks.last else { continue }
            let known = spans[one.hash]
            let first = min(span.first, known?.first ?? .max)
            // What was written last counts: the clock may have been ahead before.
            guard block.offset >= newest[one.hash] ?? 0 else {
                spans[one.hash] = TimeSpan(first: first, last: known?.last ?? span.last)
                continue
            }
            newest[one.hash] = block.offset
            spans[one.hash] = TimeSpan(first: first, last: block.lastTime(step: Int64(one.updateEvery) * factor))
        }
        return spans
    }

    /// Of all hosts in finished segments: each segment's index is read once and in one piece, by two threads. Host by host that
    /// takes many times longer.
    ///
    /// A host whose directory is damaged somewhere is missing; ``spans(of:finished:)`` repairs it.
    func finishedSpans() -> [GUID: [UInt64: TimeSpan]] {
        let reading = SpanReading(self, state.withLock { $0.segments })
        Threads.start(name: settings.thread) { reading.read() }
        reading.read()
        return reading.result()
    }
}

private final class SpanReading: Sendable {
    private let store: SegmentStore
    private let segments: [FinishedSegment]
    private let next = Atomic<Int>(0)
    /// Segments that are read.
    private let done = Atomic<Int>(0)
    private let sum = Mutex(Sum())

    private struct Sum {
        var spans: [GUID: [UInt64: TimeSpan]] = [:]
        /// Hosts whose directories could not all be read.
        var damaged: Set<GUID> = []
    }

    init(_ store: SegmentStore, _ segments: [FinishedSegment]) {
        self.store = store
        self.segments = segments
    }

    /// Reads segments until there are none left.
    func read() {
        var own = Sum()
        var count = 0
        while true {
            let index = next.wrappingAdd(1, ordering: .relaxed).oldValue
            guard index < segments.count else { break }
            read(segments[index], &own)
            count += 1
        }
        sum.withLock { sum in
            sum.damaged.formUnion(own.damaged)
            for (host, spans) in own.spans {
                sum.spans[host] = sum.spans[host].map { $0.merging(spans) { $0.including($1) } } ?? spans
            }
        }
        done.add(count, ordering: .releasing)
    }

    /// Waits for the other thread.
    func result() -> [GUID: [UInt64: TimeSpan]] {
        while done.load(ordering: .acquiring) < segments.count { usleep(200) }
        return sum.withLock { sum in sum.spans.filter { !sum.damaged.contains($0.key) } }
    }

    private func read(_ segment: FinishedSegment, _ sum: inout Sum) {
        guard let bytes = directories(of: segment) else {
            for host in segment.hosts { sum.damaged.insert(host.guid) }
            return
        }
        bytes.withUnsafeBytes { all in
            for host in segment.hosts {
                guard let hidden = store.hiddenUntil(host.guid, in: segment.number) else { continue }
                let end = Int(host.offset) + Int(host.length)
                guard end <= all.count else {
                    sum.damaged.insert(host.guid)
                    continue
                }
                let directory = UnsafeRawBufferPointer(rebasing: all[Int(host.offset)..<end])
                let isWhole =
                    Checksum.of(directory) == host.sum
                    && SegmentDirectory.spans(
                        directory,
                        factor: Int64(store.settings.stepFactor),
                        end: segment.end,
                        after: hidden,
                        into: &sum.spans[host.guid, default: [:]]
                    )
                if !isWhole { sum.damaged.insert(host.guid) }
            }
        }
    }

    private func directories(of segment: FinishedSegment) -> [UInt8]? {
        switch segment.index {
        case .memory(let bytes): return bytes
        case .file(let start):
            let length = segment.hosts.reduce(0) { max($0, Int($1.offset) + Int($1.length)) }
            guard let file = try? store.files.open(store.path(segment.name), .read) else { return nil }
            return try? file.bytes(at: start, count: length)
        }
    }
}

extension SegmentDirectory {
    /// What ``read(_:hash:factor:end:)`` would find of times, without making anything of the blocks.
    /// - Returns: whether it is a directory.
    fileprivate static func spans(
        _ bytes: UnsafeRawBufferPointer,
        factor: Int64,
        end: Int,
        after hidden: UInt32,
        into spans: inout [UInt64: TimeSpan]
    ) -> Bool {
        var reader = ByteReader(bytes)
        guard let count = reader.int(upTo: bytes.count) else { return false }
        for _ in 0..<count {
            guard let hash: UInt64 = reader.number(), let length = reader.int(upTo: reader.rest),
                let rest = reader.take(length), let span = span(rest, factor, end, hidden)
            else { return false }
            guard span.first <= span.last else { continue }
            if let known = spans[hash] { spans[hash] = known.including(span) } else { spans[hash] = span }
        }
        return reader.isAtEnd
    }

    /// - Returns: one that ends before it begins where there is no block.
    private static func span(
        _ bytes: UnsafeRawBufferPointer,
        _ factor: Int64,
        _ end: Int,
        _ hidden: UInt32
    ) -> TimeSpan? {
        var reader = ByteReader(bytes)
        guard let every = reader.int(upTo: Int(SegmentFormat.updateEveryLimit)), every > 0,
            reader.varint(upTo: SegmentFormat.numberLimit) != nil, reader.int(upTo: end) != nil,
            let count = reader.int(upTo: reader.rest / 4)
        else { return nil }
        let step = Int64(every) * factor
        var span = TimeSpan(first: .max, last: .min)
        var offset = 0
        var expected: Int64 = 0
        for _ in 0..<count {
            guard let further = reader.int(upTo: end), let length = reader.int(upTo: end),
                let difference = reader.signed(), let rows = reader.int(upTo: SegmentFormat.rowLimit), rows > 0,
                further > 0, offset + further + length <= end
            else { return nil }
            let (time, overflow) = expected.addingReportingOverflow(difference)
            guard !overflow, time > 0, time <= SegmentFormat.timeLimit else { return nil }
            offset += further
            expected = time + Int64(rows) * step
            guard expected - step <= SegmentFormat.timeLimit else { return nil }
            if offset >= hidden {
                span.first = min(span.first, time)
                span.last = max(span.last, expected - step)
            }
        }
        return reader.isAtEnd ? span : nil
    }
}
