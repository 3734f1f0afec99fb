import Basics
import Synchronization

/// What a disk has of one host's points: older than what is in memory, and what was there before the node was started.
///
/// Its host's database asks it under its lock only for what is in memory here; points are read without any lock.
public final class HostArchive: Sendable {
    let host: GUID
    let store: SegmentStore
    /// When what is stored of a chart begins and ends, of charts that the database has not taken over.
    /// By ``SeriesKey/hash``.
    private let pasts: Mutex<[UInt64: TimeSpan]>

    /// - Parameter finished: what is in finished segments, where that is known; else it is read from the disk.
    init(host: GUID, store: SegmentStore, finished: [UInt64: TimeSpan]? = nil) {
        self.host = host
        self.store = store
        pasts = Mutex(store.spans(of: host, finished: finished))
    }

    private func hash(_ chart: String, _ updateEvery: Int64) -> UInt64 {
        SeriesKey(host: host, chart: chart, updateEvery: Int(updateEvery)).hash
    }

    /// What is stored of a chart; from now on its database knows.
    func takePast(of chart: String, updateEvery: Int64) -> TimeSpan? {
        let hash = hash(chart, updateEvery)
        return pasts.withLock { $0.removeValue(forKey: hash) }
    }

    /// The database gives a chart up whose points stay.
    func keepPast(_ span: TimeSpan, of chart: String, updateEvery: Int64) {
        let hash = hash(chart, updateEvery)
        pasts.withLock { $0[hash] = span }
    }

    /// A segment was deleted.
    /// - Parameter first: of what is left; `nil` for nothing.
    func forget(_ chart: String, updateEvery: Int, before first: Int64?) {
        pasts.withLock { pasts in
            let hash = hash(chart, Int64(updateEvery))
            guard let span = pasts[hash] else { return }
            pasts[hash] = first.map { TimeSpan(first: max($0, span.first), last: span.last) }
        }
    }
}

/// Points of a chart that are on the disk.
struct ArchivedRows: Sendable {
    let store: SegmentStore
    let host: GUID
    let chart: String
    let updateEvery: Int64
    /// Ids, in the order of the columns.
    let dimensions: [String]
    /// Unix seconds of the first of them.
    let firstTime: Int64
    /// Whether somebody asks, who may ask again: who reads all there is once must not push out what others look at.
    var isAsked = true

    /// Reads rows; what is not there, or damaged, is a gap.
    func copy(from: Int, count: Int, to targets: [UnsafeMutablePointer<UInt32>]) {
        for target in targets { target.update(repeating: StorageNumber.empty, count: count) }
        guard count > 0, updateEvery > 0 else { return }
        let key = SeriesKey(host: host, chart: chart, updateEvery: Int(updateEvery))
        let first = firstTime + Int64(from) * updateEvery
        let last = first + Int64(count - 1) * updateEvery
        // Where times overlap, because a clock went back, what was written later counts.
        for reference in store.blocks(of: key, from: first, to: last) {
            let key = DecodedBlocks.Key(owner: ObjectIdentifier(store), place: reference.place)
            let columns =
                isAsked ? DecodedBlocks.shared.columns(key) { decode(reference) } : decode(reference)
            if let columns { place(columns, at: reference.firstTime, first, last, targets) }
        }
    }

    private func decode(_ reference: BlockReference) -> DecodedBlocks.Columns? {
        store.read(reference).flatMap { block in
            block.payload.withUnsafeBufferPointer { bytes in
                DecodedBlocks.decode(
                    bytes,
                    rows: block.rows,
                    dimensions: block.definition.dimensions,
                    owner: store
                )
            }
        }
    }

    private func place(
        _ block: DecodedBlocks.Columns,
        at firstTime: Int64,
        _ first: Int64,
        _ last: Int64,
        _ targets: [UnsafeMutablePointer<UInt32>]
    ) {
        let low = max(first, firstTime)
        let high = min(last, firstTime + Int64(block.rows - 1) * updateEvery)
        guard low <= high, (low - firstTime) % updateEvery == 0, (low - first) % updateEvery == 0 else { return }
        let offset = Int((low - first) / updateEvery)
        let from = Int((low - firstTime) / updateEvery)
        let count = Int((high - low) / updateEvery) + 1
        for (column, place) in columns(of: block.dimensions ?? []).enumerated() where column < block.width {
            if let place { block.copy(column, from: from, count: count, to: targets[place] + offset) }
        }
    }

    /// For each dimension of a block which column here it is. Nearly always they are the same.
    private func columns(of stored: [DimensionDefinition]) -> [Int?] {
        if stored.count <= dimensions.count, zip(stored, dimensions).allSatisfy({ $0.id == $1 }) {
            return Array(0..<stored.count)
        }
        let places = Dictionary(zip(dimensions, dimensions.indices)) { first, _ in first }
        return stored.map { places[$0.id] }
    }
}
