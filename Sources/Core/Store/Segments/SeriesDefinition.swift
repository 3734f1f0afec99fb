public import Basics

/// A chart of a host, as long as it has the same time between two points.
public struct SeriesKey: Sendable, Hashable {
    public var host: GUID
    /// `type.id`.
    public var chart: String
    /// Seconds.
    public var updateEvery: Int

    public init(host: GUID, chart: String, updateEvery: Int) {
        self.host = host
        self.chart = chart
        self.updateEvery = updateEvery
    }

    /// What indexes know of chart and update every. Whoever makes two charts of one host with the same number mixes up
    /// their times and nothing else: blocks are compared with their definition.
    var hash: UInt64 {
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325
        func add(_ byte: UInt8) { hash = (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01b3 }
        for byte in chart.utf8 { add(byte) }
        for shift in stride(from: 0, to: 32, by: 8) { add(UInt8(truncatingIfNeeded: updateEvery >> shift)) }
        return hash
    }
}

/// What a chart was while blocks of it were written: they have one column (or several) per dimension, in this order.
public struct SeriesDefinition: Sendable, Equatable {
    public var chart: ChartDefinition
    public var dimensions: [DimensionDefinition]

    public init(chart: ChartDefinition, dimensions: [DimensionDefinition]) {
        self.chart = chart
        self.dimensions = dimensions
    }

    public func key(of host: GUID) -> SeriesKey {
        SeriesKey(host: host, chart: chart.id, updateEvery: chart.updateEvery)
    }
}

extension SeriesDefinition {
    /// The stored form, without the number.
    func put(to bytes: inout [UInt8]) {
        bytes.put(chart.id)
        bytes.put(varint: max(0, chart.updateEvery))
        bytes.put(UInt8(chart.type.code))
        bytes.put(chart.options.rawValue)
        bytes.put(signed: Int64(chart.priority))
        // Most have their id's name and context, and labels that follow from plugin and module.
        let name = chart.name == chart.id ? "" : chart.name
        let context = chart.context == chart.id ? "" : chart.context
        for text in [name, chart.title, chart.units, chart.family, context, chart.plugin, chart.module] {
            bytes.put(text)
        }
        let automatic = HostDatabase.automaticLabels(plugin: chart.plugin, module: chart.module)
        let hasAutomatic = chart.labels.suffix(automatic.count) == automatic[...]
        let labels = hasAutomatic ? chart.labels.dropLast(automatic.count) : chart.labels[...]
        bytes.put(varint: labels.count << 1 | (hasAutomatic ? 1 : 0))
        for label in labels {
            bytes.put(label.key)
            bytes.put(label.value)
            bytes.put(varint: label.source)
        }
        bytes.put(varint: dimensions.count)
        var before: DimensionDefinition?
        for dimension in dimensions {
            dimension.put(to: &bytes, after: before)
            before = dimension
        }
    }

    static func read(_ reader: inout ByteReader) -> SeriesDefinition? {
        guard var chart = readChart(&reader) else { return nil }
        guard let labels = reader.int(upTo: SegmentFormat.labelLimit << 1) else { return nil }
        for _ in 0..<(labels >> 1) {
            guard let key = reader.text(), let value = reader.text(), let source = reader.varint(upTo: 0xffff_ffff)
            else { return nil }
            chart.labels.append(Label(key: key, value: value, source: UInt32(source)))
        }
        if labels & 1 == 1 {
            chart.labels += HostDatabase.automaticLabels(plugin: chart.plugin, module: chart.module)
        }
        guard let count = reader.int(upTo: SegmentFormat.dimensionLimit) else { return nil }
        var dimensions: [DimensionDefinition] = []
        for _ in 0..<count {
            guard let dimension = DimensionDefinition.read(&reader, after: dimensions.last) else { return nil }
            dimensions.append(dimension)
        }
        return reader.isAtEnd ? SeriesDefinition(chart: chart, dimensions: dimensions) : nil
    }

    private static func readChart(_ reader: inout ByteReader) -> ChartDefinition? {
        guard let id = reader.text(), !id.isEmpty,
            let updateEvery = reader.int(upTo: Int(SegmentFormat.updateEveryLimit)), updateEvery > 0,
            let typeCode: UInt8 = reader.number(), let type = ChartType(code: typeCode),
            let options: UInt8 = reader.number(), let priority = reader.signed(),
            let name = reader.text(), let title = reader.text(), let units = reader.text(),
            let family = reader.text(), let context = reader.text(), let plugin = reader.text(),
            let module = reader.text()
        else { return nil }
        return ChartDefinition(
            id: id,
            name: name.isEmpty ? id : name,
            title: title,
            units: units,
            family: family,
            context: context.isEmpty ? id : context,
            type: type,
            priority: Int(priority),
            updateEvery: updateEvery,
            options: ChartOptions(rawValue: options),
            plugin: plugin,
            module: module
        )
    }
}

extension DimensionDefinition {
    /// What is unlike most dimensions: another name than the id, factors, options.
    private enum Flag {
        static let named: UInt8 = 4
        static let scaled: UInt8 = 8
        /// Factors as the dimension before has.
        static let scaledAlike: UInt8 = 16
        static let options: UInt8 = 32
        static let all: UInt8 = 63
    }

    private var isScaled: Bool { multiplier != 1 || divisor != 1 }

    fileprivate func put(to bytes: inout [UInt8], after before: DimensionDefinition?) {
        let isAlike = isScaled && before?.multiplier == multiplier && before?.divisor == divisor
        var flags = algorithm.rawValue & 3
        if name != id { flags |= Flag.named }
        if isScaled { flags |= isAlike ? Flag.scaledAlike : Flag.scaled }
        if options != [] { flags |= Flag.options }
        bytes.put(flags)
        bytes.put(id)
        if name != id { bytes.put(name) }
        if flags & Flag.scaled != 0 {
            bytes.put(signed: multiplier)
            bytes.put(signed: divisor)
        }
        if options != [] { bytes.put(options.rawValue) }
    }

    fileprivate static func read(_ reader: inout ByteReader, after before: DimensionDefinition?) -> DimensionDefinition?
    {
        guard let flags: UInt8 = reader.number(), flags <= Flag.all, let algorithm = Algorithm(rawValue: flags & 3),
            let id = reader.text()
        else { return nil }
        var dimension = DimensionDefinition(id: id, name: id, algorithm: algorithm)
        if flags & Flag.named != 0 {
            guard let name = reader.text() else { return nil }
            dimension.name = name
        }
        if flags & Flag.scaled != 0 {
            guard let multiplier = reader.signed(), let divisor = reader.signed() else { return nil }
            dimension.multiplier = multiplier
            dimension.divisor = divisor
        } else if flags & Flag.scaledAlike != 0 {
            guard let before else { return nil }
            dimension.multiplier = before.multiplier
            dimension.divisor = before.divisor
        }
        if flags & Flag.options != 0 {
            guard let options: UInt8 = reader.number() else { return nil }
            dimension.options = DimensionOptions(rawValue: options)
        }
        return dimension
    }
}

extension ChartType {
    fileprivate var code: UInt8 {
        switch self {
        case .line: 0
        case .area: 1
        case .stacked: 2
        }
    }

    fileprivate init?(code: UInt8) {
        switch code {
        case 0: self = .line
        case 1: self = .area
        case 2: self = .stacked
        default: return nil
        }
    }
}
