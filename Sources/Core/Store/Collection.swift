public import Basics

/// One finished collection, as a ``CollectionTap`` sees it. Valid only during the call.
public struct Collection: ~Copyable {
    private let chart: UnsafeMutablePointer<Chart>
    public let ref: ChartRef
    /// Not copied: that would count references at every collection.
    private let record: UnsafePointer<ChartRecord?>
    /// The collection as it came, BEGIN to END, where that says the same as this: for whoever passes it on to a peer that
    /// understands the same.
    public let lines: UnsafeBufferPointer<UInt8>?
    private let isStoring: Bool

    init(
        chart: UnsafeMutablePointer<Chart>,
        ref: ChartRef,
        record: UnsafePointer<ChartRecord?>,
        isStoring: Bool,
        lines: UnsafeBufferPointer<UInt8>? = nil
    ) {
        self.isStoring = isStoring
        self.chart = chart
        self.ref = ref
        self.record = record
        self.lines = lines
    }

    /// The chart's id.
    public var id: Word { chart.word }

    /// Changes whenever the definition does: labels, dimensions, options. Who passes definitions on does so again then.
    public var generation: UInt32 { chart.pointee.generation }

    /// Since the collection before; one step for the first.
    public var microseconds: Int64 { chart.pointee.step }

    /// µs since 1970 by the chart's own clock.
    public var at: Int64 { chart.pointee.lastCollected }

    /// Whether it is the first one, or the first after a reset.
    public var isFirst: Bool { chart.pointee.collections == 1 }

    /// µs since 1970 of this machine's clock.
    public var now: Int64 { chart.pointee.lastActive }

    /// Whether the chart's own child still replicates it.
    public var isReplicating: Bool { chart.pointee.isReplicating }

    /// What a parent may be given of the chart's past.
    public var past: ReplicablePast { chart.pointee.past(isStoring: isStoring) }

    public var dimensionCount: Int { Int(chart.pointee.dimensionCount) }

    /// - Precondition: `index` is less than ``dimensionCount``, as for the next two.
    public func dimensionID(_ index: Int) -> Word { dimension(index).word }

    public func isUpdated(_ index: Int) -> Bool { dimension(index).pointee.isUpdated }

    /// The number as it was collected: before multiplier and divisor.
    public func collected(_ index: Int) -> Int64 { dimension(index).pointee.collected }

    /// The newest point, not rounded to what is stored; NaN for a gap.
    public func latest(_ index: Int) -> Double { dimension(index).pointee.latest }

    /// Allocates: for when ``generation`` is a new one.
    public var definition: ChartDefinition { record.pointee?.definition ?? ChartDefinition(id: id.string) }
    public var dimensions: [DimensionDefinition] { record.pointee?.dimensions ?? [] }
    public var variables: [String: Double] { record.pointee?.variables ?? [:] }

    private func dimension(_ index: Int) -> UnsafeMutablePointer<Dimension> {
        precondition(index >= 0 && index < dimensionCount, "no such dimension")
        return chart.pointee.dimensions! + index
    }
}
