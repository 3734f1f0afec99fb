import Basics
import Glibc
import Synchronization
import System

/// From when to when there are rows of the series of many hosts: what a start has to know before the first child comes.
extension SegmentStore {
    /// Of the series of a host, by ``SeriesKey/hash``.
    ///
    /// A series ends where it was written last, and that is before its latest time where its clock went back.
    /// - Parameter finished: what ``finishedSpans()`` has found of it just now; `nil` reads it.
    func spans(of host: GUID, finished: [UInt64: TimeSpan]? = nil) -> [UInt64: TimeSpan] {
        let factor = Int64(settings.stepFactor)
        let open = state.withLock { $0.openSeries(of: host) }
        var spans = finished ?? finishedSpans(of: host)
        for one in open {
            guard let span = one.span(factor: factor) else { continue }
            spans[one.hash] = spans[one.hash].map { $0.including(span) } ?? span
        }
        for (hash, span) in spans where span.wentBack {
            spans[hash]?.last = end(of: host, hash: hash, open) ?? span.last
        }
        return spans
    }

    /// Where a series was written last. Looks at all its blocks, and into the last ones.
    private func end(of host: GUID, hash: UInt64, _ open: [IndexedSeries]) -> Int64? {
        let factor = Int64(settings.stepFactor)
        let (segments, number) = state.withLock { ($0.segments, $0.open?.number ?? 0) }
        var blocks: [WrittenBlock] = []
        func note(_ series: [IndexedSeries], in segment: UInt32, hidden: UInt32) {
            for one in series where one.hash == hash {
                let step = Int64(one.updateEvery) * factor
                for block in one.blocks where block.offset >= hidden {
                    blocks.append(WrittenBlock(segment: segment, series: one.number, place: block, step: step))
                }
            }
        }
        for segment in segments where segment.host(host) != nil {
            guard let hidden = hiddenUntil(host, in: segment.number) else { continue }
            note(directory(of: host, in: segment, hash: hash) ?? [], in: segment.number, hidden: hidden)
        }
        note(open, in: number, hidden: 0)
        blocks.sort { $0.position < $1.position }
        return end(blocks)
    }

    /// Where blocks end, in the order in which they were written.
    ///
    /// Gaps that are written last may have taken the place of what a clock left behind that went back, so nothing is known of
    /// what they cover: the series ends in front of all of them.
    func end(_ blocks: [WrittenBlock]) -> Int64? {
        var end = Int64.max
        for block in blocks.reversed() {
            guard areGaps(block) else { return min(end, block.place.lastTime(step: block.step)) }
            end = min(end, block.place.firstTime - block.step)
        }
        return blocks.isEmpty ? nil : end
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

/// A block, and what is needed to look into it.
struct WrittenBlock {
    let segment: UInt32
    let series: UInt32
    let place: BlockPlace
    /// Seconds between its rows.
    let step: Int64

    var position: SegmentPosition { SegmentPosition(segment: segment, offset: place.offset) }
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
            if offset >= hidden { span.include(TimeSpan(first: time, last: expected - step)) }
        }
        return reader.isAtEnd ? span : nil
    }
}
