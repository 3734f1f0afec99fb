public import Basics
import Diagnostics
import Glibc
import Synchronization
import System

extension SegmentStore {
    /// From when to when there are rows of a series; `nil` where there are none.
    public func span(of key: SeriesKey) -> TimeSpan? {
        // In this order: a segment that is finished meanwhile is seen twice, and not never.
        let open = openSpan(state.withLock { $0.openSeries(of: key) })
        let finished = finishedSpans(of: key.host)[key.hash]
        guard let finished, let open else { return finished ?? open }
        return finished.including(open)
    }

    /// Whether ``span(of:)`` of a host's series reads no file at this moment.
    func knowsSpans(of host: GUID) -> Bool {
        let (segments, version, removal) = state.withLock { ($0.segments, $0.version, $0.removed[host]) }
        let isKnown = caches.withLock { $0.version == version && removal == nil && $0.spans[host] != nil }
        return isKnown || !segments.contains { $0.host(host) != nil }
    }

    /// All series of a host that have rows, by their key, each as it was defined last.
    ///
    /// Reads the host's directories of all segments that have it.
    public func series(of host: GUID) -> [SeriesKey: StoredSeries] {
        struct Newest {
            var definition: SegmentPosition
            /// Of the last block with it: a definition may come back.
            var block: SegmentPosition
            var span: TimeSpan
            var end: Int64
        }
        var newest: [UInt64: Newest] = [:]
        let factor = Int64(settings.stepFactor)
        func note(_ series: [IndexedSeries], in segment: UInt32, hidden: UInt32) {
            for one in series {
                guard let span = one.span(factor: factor, after: hidden) else { continue }
                let block = SegmentPosition(segment: segment, offset: one.blocks.last?.offset ?? 0)
                let definition = SegmentPosition(segment: segment, offset: one.definition)
                let end = one.blocks.last?.lastTime(step: Int64(one.updateEvery) * factor) ?? span.last
                var entry = newest[one.hash] ?? Newest(definition: definition, block: block, span: span, end: end)
                entry.span.include(span)
                if block > entry.block {
                    entry.end = end
                    entry.definition = definition
                    entry.block = block
                }
                newest[one.hash] = entry
            }
        }
        let (segments, open) = state.withLock { state in
            (state.segments, state.open.map { ($0.number, $0.contents.series(of: host)) })
        }
        for segment in segments where segment.host(host) != nil {
            guard let hidden = hiddenUntil(host, in: segment.number) else { continue }
            note(directory(of: host, in: segment) ?? [], in: segment.number, hidden: hidden)
        }
        if let (number, series) = open, let hidden = hiddenUntil(host, in: number) {
            note(series, in: number, hidden: hidden)
        }
        var result: [SeriesKey: StoredSeries] = [:]
        for one in newest.values {
            guard let definition = definition(at: one.definition.offset, in: one.definition.segment) else { continue }
            result[definition.key(of: host)] = StoredSeries(definition: definition, span: one.span, end: one.end)
        }
        return result
    }

    /// The hosts that have rows, and what they were called last.
    public func hosts() -> [GUID: String] {
        let (segments, open, removed, names) = state.withLock { state in
            (
                state.segments,
                state.open.map { ($0.number, $0.contents.hosts.filter { $0.value.blocks > 0 }.map(\.key)) },
                state.removed, state.names
            )
        }
        var found: Set<GUID> = []
        var uncertain: Set<GUID> = []
        func note(_ host: GUID, in segment: UInt32) {
            guard let removal = removed[host] else {
                found.insert(host)
                return
            }
            if segment > removal.segment { found.insert(host) }
            if segment == removal.segment { uncertain.insert(host) }
        }
        for segment in segments {
            for host in segment.hosts where host.bytes > 0 { note(host.guid, in: segment.number) }
        }
        if let (number, hosts) = open { for host in hosts { note(host, in: number) } }
        for host in uncertain.subtracting(found) where !series(of: host).isEmpty { found.insert(host) }
        var result: [GUID: String] = [:]
        for host in found { result[host] = names[host] ?? "" }
        return result
    }

    /// The blocks of a series that have rows between two times, in the order in which they were written: where two have the
    /// same time, the later one counts.
    /// - Parameters:
    ///   - from: Unix seconds of the first row that is wanted.
    ///   - to: Unix seconds of the last one.
    public func blocks(of key: SeriesKey, from: Int64 = 0, to: Int64 = .max) -> [BlockReference] {
        let hash = key.hash
        let step = Int64(key.updateEvery) * Int64(settings.stepFactor)
        var blocks: [BlockReference] = []
        func note(_ series: [IndexedSeries], in segment: UInt32, hidden: UInt32) {
            var own: [BlockReference] = []
            for one in series where one.updateEvery == key.updateEvery {
                for block in one.blocks where block.offset >= hidden && block.firstTime <= to {
                    guard block.lastTime(step: step) >= from else { continue }
                    own.append(
                        BlockReference(
                            firstTime: block.firstTime,
                            rows: Int(block.rows),
                            step: step,
                            key: key,
                            position: SegmentPosition(segment: segment, offset: block.offset),
                            length: Int(block.length),
                            series: one.number,
                            definition: one.definition
                        )
                    )
                }
            }
            if series.count > 1 { own.sort { $0.position < $1.position } }
            blocks += own
        }
        let (segments, open) = state.withLock { state in
            (state.segments, state.open.map { ($0.number, state.openSeries(of: key)) })
        }
        for segment in segments {
            guard let part = segment.host(key.host), part.span.overlaps(from, to),
                let hidden = hiddenUntil(key.host, in: segment.number)
            else { continue }
            note(directory(of: key.host, in: segment, hash: hash) ?? [], in: segment.number, hidden: hidden)
        }
        if let (number, series) = open { note(series, in: number, hidden: 0) }
        return blocks
    }

    /// What a block of gaps takes beside a byte for each dimension, at most.
    private static let mostBytesAroundGaps = 64

    /// Up to when a series is stored, as it was written last: before that time its clock may have been ahead.
    /// - Parameters:
    ///   - width: its dimensions.
    ///   - from: blocks before this time are not looked at. Unix seconds.
    /// - Returns: Unix seconds; 0 where there is nothing.
    func written(of key: SeriesKey, width: Int, from: Int64) -> Int64 {
        let blocks = blocks(of: key, from: from)
        // Nearly always the last one is too long for gaps, which need not be read then.
        guard let last = blocks.last, last.length <= width + Self.mostBytesAroundGaps else {
            return blocks.last?.lastTime ?? 0
        }
        return end(blocks.map(\.written)) ?? 0
    }

    /// Whether a block has nothing but gaps.
    func areGaps(_ block: WrittenBlock) -> Bool {
        let head = BlockHead(series: block.series, firstTime: block.place.firstTime, rows: Int(block.place.rows))
        let payload = try? payload(of: head, at: block.position, count: Int(block.place.length))
        return payload.flatMap { $0 }.map(BlockRows.areGaps) ?? false
    }

    /// Reads a block.
    /// - Returns: `nil` where its segment was deleted meanwhile, and where it is damaged or cannot be read, which is reported
    ///   once.
    public func read(_ block: BlockReference) -> StoredBlock? {
        let position = block.position
        let head = BlockHead(series: block.series, firstTime: block.firstTime, rows: block.rows)
        do throws(SystemError) {
            guard let found = try payload(of: head, at: position, count: block.length) else { return nil }
            guard let payload = found else {
                reportDamage(of: block)
                return nil
            }
            // Damage of it was reported; and another chart may have the same hash.
            guard let definition = definition(at: block.definition, in: position.segment),
                definition.key(of: block.key.host) == block.key
            else { return nil }
            return StoredBlock(
                firstTime: block.firstTime,
                rows: block.rows,
                definition: definition,
                payload: payload
            )
        } catch {
            if error.number != ENOENT { reportDamage(of: block) }
            return nil
        }
    }

    /// A block's own bytes.
    /// - Returns: `nil` where its segment was deleted meanwhile; `nil` in it where it is damaged.
    private func payload(
        of expected: BlockHead,
        at position: SegmentPosition,
        count: Int
    ) throws(SystemError) -> [UInt8]?? {
        guard let bytes = try bytes(at: position, count: count) else { return .none }
        let payload = bytes.withUnsafeBytes { all -> [UInt8]? in
            guard let head = RecordHead.read(all, segment: position.segment, offset: Int(position.offset)),
                head.kind == .block, head.total == all.count
            else { return nil }
            let payload = UnsafeRawBufferPointer(rebasing: all[head.size...])
            var reader = ByteReader(payload)
            guard head.matches(payload), BlockHead.read(&reader) == expected else { return nil }
            return Array(payload[reader.position...])
        }
        return .some(payload)
    }

    /// What the store takes and has now. Of a host that was removed, what is in the same segment as the removal still counts.
    public func accounting() -> SegmentAccounting {
        var sum = SegmentAccounting()
        func add(_ span: TimeSpan?) {
            guard let span else { return }
            sum.span = sum.span?.including(span) ?? span
        }
        let (segments, removed) = state.withLock { state in
            sum.otherBytes = state.otherBytes
            sum.bytes = state.otherBytes
            sum.damagedBlocks = state.damagedBlocks
            if let open = state.open {
                sum.segments = 1
                sum.bytes += open.end
                sum.overheadBytes += open.contents.definitionBytes
                sum.blocks += open.contents.blocks
                add(open.contents.span)
                for (guid, host) in open.contents.hosts where host.bytes > 0 { sum.hosts[guid] = host.bytes }
            }
            return (state.segments, state.removed)
        }
        sum.segments += segments.count
        for segment in segments {
            sum.bytes += segment.size
            sum.overheadBytes += segment.overhead
            sum.blocks += segment.blocks
            add(segment.span)
            for host in segment.hosts where host.bytes > 0 {
                if let removal = removed[host.guid], removal.segment > segment.number { continue }
                sum.hosts[host.guid, default: 0] += Int(host.bytes)
            }
        }
        return sum
    }
}

extension SegmentStore.State {
    /// What is shown of a host in the open segment.
    func openSeries(of host: GUID) -> [IndexedSeries] {
        open.map { visible($0.contents.series(of: host), of: host, in: $0.number) } ?? []
    }

    /// What is shown of a series in the open segment.
    func openSeries(of key: SeriesKey) -> [IndexedSeries] {
        open.map { visible($0.contents.series(of: key), of: key.host, in: $0.number) } ?? []
    }

    private func visible(_ series: [IndexedSeries], of host: GUID, in segment: UInt32) -> [IndexedSeries] {
        guard let removal = removed[host], removal.segment == segment else { return series }
        var series = series
        for index in series.indices { series[index].blocks.removeAll { $0.offset < removal.offset } }
        return series
    }
}

// MARK: - What reading needs

extension SegmentStore {
    /// Blocks of a host before this place of a segment are not shown; `nil`: none is.
    func hiddenUntil(_ host: GUID, in segment: UInt32) -> UInt32? {
        guard let removal = state.withLock({ $0.removed[host] }), removal.segment >= segment else { return 0 }
        return removal.segment == segment ? removal.offset : nil
    }

    /// The series of a host in a finished segment. Where its directory is damaged the segment is scanned.
    func directory(of host: GUID, in segment: FinishedSegment, hash: UInt64? = nil) -> [IndexedSeries]? {
        guard let part = segment.host(host) else { return [] }
        if let bytes = directoryBytes(part, in: segment),
            let series = SegmentDirectory.read(
                bytes,
                hash: hash,
                factor: Int64(settings.stepFactor),
                end: segment.end
            )
        {
            return series
        }
        guard let anew = scanAgain(segment) else { return nil }
        guard let part = anew.host(host), let bytes = directoryBytes(part, in: anew) else { return [] }
        return SegmentDirectory.read(bytes, hash: hash, factor: Int64(settings.stepFactor), end: anew.end)
    }

    private func directoryBytes(_ part: IndexedHost, in segment: FinishedSegment) -> [UInt8]? {
        switch segment.index {
        case .memory(let bytes):
            guard Int(part.offset) + Int(part.length) <= bytes.count else { return nil }
            return Array(bytes[Int(part.offset)..<Int(part.offset) + Int(part.length)])
        case .file(let start):
            let key = HostInSegment(segment: segment.number, host: part.guid)
            if let bytes = caches.withLock({ $0.directories[key] }) { return bytes }
            do throws(SystemError) {
                let file = try file(segment.number, segment.name)
                let bytes = try file.bytes(at: start + Int(part.offset), count: Int(part.length))
                guard Checksum.of(bytes) == part.sum else { return nil }
                caches.withLock { $0.directories[key] = bytes }
                return bytes
            } catch {
                return nil
            }
        }
    }

    /// A finished segment whose index turns out to be damaged.
    private func scanAgain(_ segment: FinishedSegment) -> FinishedSegment? {
        guard case .file = segment.index else { return nil }
        do throws(SystemError) {
            let file = try file(segment.number, segment.name)
            var scanner = SegmentScanner(file, segment: segment.number, size: segment.size)
            let scan = try scanner.scan(factor: settings.stepFactor)
            let anew = FinishedSegment(scan, number: segment.number, name: segment.name, size: segment.size)
            let isFirst = state.withLock { state in
                guard let index = state.segments.firstIndex(where: { $0.number == segment.number }),
                    case .file = state.segments[index].index
                else { return false }
                state.segments[index] = anew
                state.version += 1
                return true
            }
            if isFirst { report(.segmentIndexDamaged, ["file": path(segment.name), "bytes": String(scan.tail)]) }
            return anew
        } catch {
            if error.number != ENOENT, isNew(SegmentPosition(segment: segment.number, offset: 0)) {
                report(.segmentUnreadable, ["file": path(segment.name), "reason": error.description])
            }
            return nil
        }
    }

    /// The definition whose record is at a place of a segment; damage of it is reported once.
    func definition(at offset: UInt32, in segment: UInt32) -> SeriesDefinition? {
        let position = SegmentPosition(segment: segment, offset: offset)
        if let definition = caches.withLock({ $0.definitions[position] }) { return definition }
        do throws(SystemError) {
            guard let bytes = try record(at: position) else { return nil }
            if let definition = Self.definition(bytes, position) {
                caches.withLock { $0.definitions[position] = definition }
                return definition
            }
        } catch {
            if error.number == ENOENT { return nil }
        }
        if let name = nameOfNewDamage(at: position) {
            report(.definitionDamaged, ["file": path(name), "offset": String(offset)])
        }
        return nil
    }

    /// - Returns: the whole record, or what may have been its head; `nil` where the segment is gone.
    private func record(at position: SegmentPosition) throws(SystemError) -> [UInt8]? {
        // Most definitions are shorter.
        guard let bytes = try bytes(at: position, count: 1_024) else { return nil }
        let total = bytes.withUnsafeBytes {
            RecordHead.read($0, segment: position.segment, offset: Int(position.offset))?.total
        }
        guard let total, total > bytes.count, bytes.count == 1_024 else { return bytes }
        return try self.bytes(at: position, count: total)
    }

    private static func definition(_ bytes: [UInt8], _ position: SegmentPosition) -> SeriesDefinition? {
        bytes.withUnsafeBytes { all in
            guard let head = RecordHead.read(all, segment: position.segment, offset: Int(position.offset)),
                head.kind == .definition, head.total <= all.count
            else { return nil }
            let payload = UnsafeRawBufferPointer(rebasing: all[head.size..<head.total])
            guard head.matches(payload),
                case .definition(_, let definition)? = ScannedRecord.read(head.kind, payload, at: 0)
            else { return nil }
            return definition
        }
    }

    /// Bytes of a segment, wherever they are now; fewer where it ends.
    /// - Returns: `nil` where the segment is gone.
    private func bytes(at position: SegmentPosition, count: Int) throws(SystemError) -> [UInt8]? {
        enum Source {
            case memory([UInt8])
            case file(any StorageFile)
            case named(String)
        }
        let offset = Int(position.offset)
        let source = state.withLock { state -> Source? in
            if let open = state.open, open.number == position.segment {
                guard offset >= open.written else { return .file(open.file) }
                let start = offset - open.written
                guard start <= open.pending.count else { return .memory([]) }
                return .memory(Array(open.pending[start..<min(start + count, open.pending.count)]))
            }
            return state.segment(position.segment).map { .named($0.name) }
        }
        switch source {
        case nil: return nil
        case .memory(let bytes): return bytes
        case .file(let file): return try file.bytes(at: offset, count: count)
        case .named(let name): return try file(position.segment, name).bytes(at: offset, count: count)
        }
    }

    private func file(_ number: UInt32, _ name: String) throws(SystemError) -> any StorageFile {
        if let file = caches.withLock({ $0.files[number] }) { return file }
        let file = try files.open(path(name), .read)
        caches.withLock { $0.files[number] = file }
        return file
    }

    private func openSpan(_ series: [IndexedSeries]) -> TimeSpan? {
        series.reduce(nil) { sum, one in
            guard let span = one.span(factor: Int64(settings.stepFactor)) else { return sum }
            return sum?.including(span) ?? span
        }
    }

    /// The times of all series of a host in finished segments, by hash.
    func finishedSpans(of host: GUID) -> [UInt64: TimeSpan] {
        let (segments, version, removal) = state.withLock { ($0.segments, $0.version, $0.removed[host]) }
        let known = caches.withLock { caches -> [UInt64: TimeSpan]? in
            if caches.version != version {
                caches.spans.remove { _ in true }
                caches.version = version
            }
            return removal == nil ? caches.spans[host] : nil
        }
        if let known { return known }
        var spans: [UInt64: TimeSpan] = [:]
        for segment in segments where segment.host(host) != nil {
            guard let hidden = hiddenUntil(host, in: segment.number) else { continue }
            for one in directory(of: host, in: segment) ?? [] {
                guard let span = one.span(factor: Int64(settings.stepFactor), after: hidden) else { continue }
                spans[one.hash] = spans[one.hash].map { $0.including(span) } ?? span
            }
        }
        caches.withLock { caches in
            if caches.version == version, removal == nil { caches.spans[host] = spans }
        }
        return spans
    }

    private func reportDamage(of block: BlockReference) {
        guard let name = nameOfNewDamage(at: block.position) else { return }
        state.withLock { $0.damagedBlocks += 1 }
        report(
            .blockDamaged,
            host: block.key.host,
            [
                "file": path(name), "offset": String(block.position.offset), "chart": block.key.chart,
                "host": block.key.host.description,
            ]
        )
    }

    /// - Returns: the file's name; `nil` where this was reported, and where the segment was deleted meanwhile.
    private func nameOfNewDamage(at position: SegmentPosition) -> String? {
        let name = state.withLock { state in
            state.open?.number == position.segment ? state.open?.name : state.segment(position.segment)?.name
        }
        return isNew(position) ? name : nil
    }

    /// Notes that a damage was reported. Many thousands need not all be.
    private func isNew(_ position: SegmentPosition) -> Bool {
        state.withLock { $0.damaged.count < 10_000 && $0.damaged.insert(position).inserted }
    }
}
