public import Basics
import Synchronization
import System

extension SegmentStore {
    /// Takes a sealed block. It is gathered with others and written by ``flush(synchronously:)``, or when there are many; readers
    /// see it at once.
    ///
    /// - Parameters:
    ///   - definition: what the chart is now; `chart.updateEvery` is above 0. Only looked at where the stamp is another one than
    ///     before.
    ///   - stamp: changes whenever the definition does; no other definition of this series has it. `nil`: that is not known.
    ///   - firstTime: Unix seconds of the first row.
    ///   - rows: 1…65,535, at a distance of update every times the store's step factor.
    ///   - gathers: nothing is written now, however much is gathered: for when the disk takes nothing.
    /// - Throws: ``SegmentStoreError``. Nothing of the block was taken then, and it may be given again.
    public func append(
        host: GUID,
        hostname: String,
        definition: SeriesDefinition,
        stamp: UInt64?,
        firstTime: Int64,
        rows: Int,
        payload: [UInt8],
        gathers: Bool = false
    ) throws(SegmentStoreError) {
        try writer.withLock { writer throws(SegmentStoreError) in
            guard writer.isOpen else { throw .notOpen }
            let key = definition.key(of: host)
            try check(key, firstTime: firstTime, rows: rows, payload: payload)
            var body: [UInt8]?
            if stamp == nil || writer.series[key]?.stamp != stamp { body = try encode(definition) }
            try prepare(for: payload.count + (body?.count ?? 0) + hostname.utf8.count + 128, &writer, gathers: gathers)
            // A segment that has just begun knows no definitions.
            if body == nil, writer.series[key] == nil { body = try encode(definition) }
            state.withLock { state in
                state.names[host] = hostname
                state.open?.putHost(host, hostname)
                guard let number = state.open?.putSeries(key, definition, body, stamp: stamp, &writer) else { return }
                state.open?.putBlock(BlockHead(series: number, firstTime: firstTime, rows: rows), payload)
            }
        }
    }

    /// Writes what was gathered.
    /// - Parameter synchronously: waits until the disk has it.
    /// - Throws: ``SegmentStoreError/system(_:)``; what was gathered is kept, readers see it, and the same may be tried again.
    public func flush(synchronously: Bool = false) throws(SegmentStoreError) {
        try writer.withLock { writer throws(SegmentStoreError) in
            guard writer.isOpen else { throw .notOpen }
            try flushOpen()
            try keepQuota(adding: 0)
            guard synchronously, let file = state.withLock({ $0.open?.file }) else { return }
            try asStoreError { () throws(SystemError) in try file.synchronise() }
        }
    }

    /// Hides all that there is of a host until its segments age out. What is appended afterwards is shown.
    public func remove(_ host: GUID) throws(SegmentStoreError) {
        try writer.withLock { writer throws(SegmentStoreError) in
            guard writer.isOpen else { throw .notOpen }
            guard knows(host) else { return }
            try prepare(for: 128, &writer)
            state.withLock { state in
                state.removed[host] = state.open?.putRemoval(of: host)
                state.names[host] = nil
            }
        }
    }

    /// Ends the segment that is written, as one that is full.
    public func finishSegment() throws(SegmentStoreError) {
        try writer.withLock { writer throws(SegmentStoreError) in
            guard writer.isOpen else { throw .notOpen }
            try finishOpen(&writer)
        }
    }

    /// Writes what was gathered, and gives the directory back. The segment that is written is continued by the next
    /// ``open()``; readers see nothing any more.
    public func close() throws(SegmentStoreError) {
        try flush(synchronously: true)
        writer.withLock { writer in
            writer = Writer()
            state.withLock { $0 = State() }
            caches.withLock { $0 = Caches(directories: settings.cachedDirectories) }
        }
    }

    private func knows(_ host: GUID) -> Bool {
        state.withLock { $0.open?.contents.hosts[host] != nil || $0.segments.contains { $0.host(host) != nil } }
    }

    private func check(
        _ key: SeriesKey,
        firstTime: Int64,
        rows: Int,
        payload: [UInt8]
    ) throws(SegmentStoreError) {
        guard !key.chart.isEmpty else { throw .refused("a chart without id") }
        guard key.updateEvery > 0, key.updateEvery <= SegmentFormat.updateEveryLimit else {
            throw .refused("an update every of \(key.updateEvery) seconds")
        }
        guard rows > 0, rows <= SegmentFormat.rowLimit else { throw .refused("a block of \(rows) rows") }
        let step = Int64(key.updateEvery) * Int64(settings.stepFactor)
        guard firstTime > 0, firstTime <= SegmentFormat.timeLimit,
            firstTime + Int64(rows - 1) * step <= SegmentFormat.timeLimit
        else { throw .refused("a block of time \(firstTime)") }
        guard payload.count <= SegmentFormat.recordLimit / 2 else {
            throw .refused("a block of \(payload.count) bytes")
        }
    }

    private func encode(_ definition: SeriesDefinition) throws(SegmentStoreError) -> [UInt8] {
        guard definition.dimensions.count <= SegmentFormat.dimensionLimit,
            definition.chart.labels.count <= SegmentFormat.labelLimit
        else { throw .refused("a chart of too many dimensions or labels") }
        var bytes: [UInt8] = []
        definition.put(to: &bytes)
        guard bytes.count <= SegmentFormat.recordLimit / 2 else {
            throw .refused("a definition of \(bytes.count) bytes")
        }
        return bytes
    }

    /// Sees to it that there is an open segment with room.
    private func prepare(
        for bytes: Int,
        _ writer: inout Writer,
        gathers: Bool = false
    ) throws(SegmentStoreError) {
        let (isFull, gathered, isTooLong) = state.withLock { state -> (Bool, Int, Bool) in
            guard let open = state.open else { return (false, 0, false) }
            let size = open.end + bytes + open.contents.indexEstimate + SegmentFormat.trailerLength
            let isTooLong = size > SegmentFormat.fileLimit
            return (size > segmentBytes && open.contents.blocks > 0 || isTooLong, open.pending.count, isTooLong)
        }
        if gathers {
            guard !isTooLong else { throw .refused("more than a segment has room for") }
        } else if isFull {
            try finishOpen(&writer)
        } else if gathered >= settings.bufferBytes {
            try flushOpen()
            try keepQuota(adding: 0)
        }
        if state.withLock({ $0.open == nil }) { try begin(&writer, gathers: gathers) }
    }

    private func begin(_ writer: inout Writer, gathers: Bool) throws(SegmentStoreError) {
        if !gathers { try keepQuota(adding: segmentBytes) }
        let number = state.withLock { $0.nextNumber }
        guard number < UInt32.max else { throw .refused("the numbers of segments are used up") }
        let name = SegmentFormat.name(number)
        let file: any StorageFile
        do throws(SystemError) {
            file = gathers ? UnmadeFile(path(name), files) : try files.open(path(name), .create)
        } catch {
            // Somebody else's: the next attempt takes another number.
            if files.has(path(name)) { state.withLock { $0.nextNumber += 1 } }
            throw .system(error)
        }
        try? files.synchroniseDirectory(settings.directory)
        let header = SegmentHeader(
            purpose: settings.purpose,
            number: number,
            created: clock.now() / microsecondsPerSecond,
            stepFactor: settings.stepFactor
        )
        writer.forgetSegment()
        state.withLock { state in
            state.nextNumber += 1
            state.open = OpenSegment(
                number: number,
                name: name,
                file: file,
                contents: SegmentContents(stepFactor: settings.stepFactor),
                written: 0,
                pending: header.bytes
            )
        }
    }

    private func flushOpen() throws(SegmentStoreError) {
        guard let open = state.withLock({ $0.open }), !open.pending.isEmpty else { return }
        try write(open.pending, of: open)
        state.withLock {
            $0.open?.written += open.pending.count
            $0.open?.pending.removeAll(keepingCapacity: true)
            $0.open?.isTailUncertain = false
        }
    }

    /// Writes behind what counts. What an attempt before has left there goes first, lest the end of an old index stays.
    private func write(_ bytes: [UInt8], of open: OpenSegment) throws(SegmentStoreError) {
        try asStoreError { () throws(SystemError) in
            if open.isTailUncertain { try open.file.truncate(to: open.written) }
            state.withLock { $0.open?.isTailUncertain = true }
            try open.file.writeAll(bytes, at: open.written)
        }
    }

    /// Index, trailer, and the certainty that all is on the disk.
    private func finishOpen(_ writer: inout Writer) throws(SegmentStoreError) {
        try flushOpen()
        guard let open = state.withLock({ $0.open }) else { return }
        let index = SegmentIndex(of: open.contents)
        var bytes: [UInt8] = []
        RecordHead.put(.index, index.bytes, segment: open.number, offset: open.written, to: &bytes)
        let indexOffset = open.written + bytes.count - index.bytes.count
        let end = open.written + bytes.count
        let trailer = SegmentTrailer(
            recordOffset: UInt32(open.written),
            indexOffset: UInt32(indexOffset),
            indexLength: UInt32(index.bytes.count),
            tableOffset: UInt32(index.tableOffset),
            tableSum: index.tableBytes.withUnsafeBytes { Checksum.of($0) },
            blocks: UInt32(open.contents.blocks),
            definitionBytes: UInt32(open.contents.definitionBytes),
            first: open.contents.span?.first ?? 0,
            last: open.contents.span?.last ?? -1
        )
        bytes += trailer.bytes(segment: open.number, offset: end)
        try write(bytes, of: open)
        try asStoreError { () throws(SystemError) in try open.file.synchronise() }
        let segment = FinishedSegment(
            trailer,
            index.table,
            number: open.number,
            name: open.name,
            size: open.written + bytes.count
        )
        writer.forgetSegment()
        let version = state.withLock { state in
            state.segments.append(segment)
            state.open = nil
            state.version += 1
            return state.version
        }
        caches.withLock { $0.add(open.contents, version: version) }
    }
}

extension SegmentStore.Caches {
    /// What was the open segment is one of the finished ones: their spans grow by its.
    mutating func add(_ contents: SegmentContents, version: Int) {
        guard self.version == version - 1 else { return }
        self.version = version
        spans.update { host, spans in
            for series in contents.series(of: host) {
                guard let span = series.span(factor: contents.stepFactor) else { continue }
                spans[series.hash] = spans[series.hash].map { $0.including(span) } ?? span
            }
        }
    }
}

extension StorageFiles {
    func has(_ path: String) -> Bool { (try? size(of: path)) != nil }
}

extension SegmentStore.OpenSegment {
    mutating func putHost(_ host: GUID, _ name: String) {
        guard contents.hosts[host]?.name != name else { return }
        var payload: [UInt8] = []
        payload.put(host)
        payload.put(name)
        let offset = put(.host, payload)
        contents.addHost(host, name, bytes: end - offset)
    }

    /// - Parameter body: the definition's stored form; `nil` where its stamp is known.
    /// - Returns: the number that the series has in this segment.
    mutating func putSeries(
        _ key: SeriesKey,
        _ definition: SeriesDefinition,
        _ body: [UInt8]?,
        stamp: UInt64?,
        _ writer: inout SegmentStore.Writer
    ) -> UInt32 {
        guard let body else { return writer.series[key]?.number ?? 0 }
        let hash = SegmentStore.DefinitionHash(body)
        let number = writer.definitions[hash] ?? putDefinition(definition, body, &writer)
        writer.definitions[hash] = number
        let own = SegmentStore.HostDefinition(host: key.host, definition: number)
        let series = writer.numbers[own] ?? putSeries(own, &writer)
        writer.numbers[own] = series
        writer.series[key] = (stamp, series)
        return series
    }

    mutating func putBlock(_ head: BlockHead, _ payload: [UInt8]) {
        let offset = put(.block, head.bytes, payload)
        _ = contents.addBlock(head, offset: offset, bytes: end - offset)
    }

    /// - Returns: where it is.
    mutating func putRemoval(of host: GUID) -> SegmentPosition {
        var payload: [UInt8] = []
        payload.put(host)
        let offset = put(.removal, payload)
        contents.addRemoval(host, offset: offset, bytes: end - offset)
        return SegmentPosition(segment: number, offset: UInt32(offset))
    }

    private mutating func putDefinition(
        _ definition: SeriesDefinition,
        _ body: [UInt8],
        _ writer: inout SegmentStore.Writer
    ) -> UInt32 {
        let definitionNumber = writer.nextDefinition
        writer.nextDefinition += 1
        var payload: [UInt8] = []
        payload.put(varint: definitionNumber)
        let offset = put(.definition, payload, body)
        _ = contents.addDefinition(definitionNumber, definition, offset: offset, bytes: end - offset)
        return definitionNumber
    }

    private mutating func putSeries(
        _ own: SegmentStore.HostDefinition,
        _ writer: inout SegmentStore.Writer
    ) -> UInt32 {
        let record = SeriesRecord(number: writer.nextSeries, host: own.host, definition: own.definition)
        writer.nextSeries += 1
        let offset = put(.series, record.bytes)
        _ = contents.addSeries(record, bytes: end - offset)
        return record.number
    }

    /// - Returns: where it begins.
    private mutating func put(_ kind: RecordKind, _ payload: [UInt8], _ more: [UInt8] = []) -> Int {
        let offset = end
        let segment = number
        more.withUnsafeBytes { rest in
            RecordHead.put(kind, payload, rest, segment: segment, offset: offset, to: &pending)
        }
        return offset
    }
}
