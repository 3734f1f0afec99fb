/// How collected numbers become values (web API §5.2).
public enum Algorithm: UInt8, Sendable, CaseIterable {
    case absolute
    case incremental
    case percentageOfAbsoluteRow
    case percentageOfIncrementalRow

    /// The word of the wire.
    public var text: String {
        switch self {
        case .absolute: "absolute"
        case .incremental: "incremental"
        case .percentageOfAbsoluteRow: "percentage-of-absolute-row"
        case .percentageOfIncrementalRow: "percentage-of-incremental-row"
        }
    }

    /// An unknown word is `absolute` (streaming protocol §8.3).
    public init(_ text: String) {
        self = Self.allCases.first { $0.text == text } ?? .absolute
    }
}

/// How a chart is drawn.
public enum ChartType: String, Sendable {
    case line
    case area
    case stacked
}

public struct ChartOptions: OptionSet, Sendable, Hashable {
    public let rawValue: UInt8
    public init(rawValue: UInt8) { self.rawValue = rawValue }

    /// Its source says that it is gone.
    public static let obsolete = ChartOptions(rawValue: 1)
    public static let detail = ChartOptions(rawValue: 2)
    public static let hidden = ChartOptions(rawValue: 4)
    /// The very first collection is stored too (web API §5.1).
    public static let storeFirst = ChartOptions(rawValue: 8)
}

public struct DimensionOptions: OptionSet, Sendable, Hashable {
    public let rawValue: UInt8
    public init(rawValue: UInt8) { self.rawValue = rawValue }

    public static let obsolete = DimensionOptions(rawValue: 1)
    public static let hidden = DimensionOptions(rawValue: 2)
    /// A falling counter is no reset worth a mark (`noreset`, `nooverflow`).
    public static let noreset = DimensionOptions(rawValue: 4)
}

/// A name and a value that came with a host or a chart.
public struct Label: Sendable, Hashable {
    public var key: String
    public var value: String
    /// Bit mask of streaming protocol §8.2: 1 auto, 2 configuration, 4 Kubernetes.
    public var source: UInt32

    public init(key: String, value: String, source: UInt32) {
        self.key = key
        self.value = value
        self.source = source
    }

    /// Whether `send configured labels` or `send automatic labels` means it. One of Kubernetes is automatic too, or nobody sends
    /// it (exporting §2; asked of 1.37.1).
    public func isMeant(configured: Bool, automatic: Bool) -> Bool {
        configured && source & 2 != 0 || automatic && source & 1 != 0
    }
}

/// What `CHART` says, and the labels that follow it (streaming protocol §8.1, §8.2).
public struct ChartDefinition: Sendable, Equatable {
    /// `type.id`.
    public var id: String
    /// Going in: any of the wire's forms (empty, without type, with one). Coming out: always `type.name`.
    public var name: String
    public var title: String
    public var units: String
    /// Empty going in: the chart's type.
    public var family: String
    /// Empty going in: the id.
    public var context: String
    public var type: ChartType
    public var priority: Int
    /// Seconds; 0 going in: the host's.
    public var updateEvery: Int
    public var options: ChartOptions
    public var plugin: String
    public var module: String
    /// Without the automatic ones going in; with `_collect_plugin` and `_collect_module` coming out.
    public var labels: [Label]

    public init(
        id: String,
        name: String = "",
        title: String = "",
        units: String = "unknown",
        family: String = "",
        context: String = "",
        type: ChartType = .line,
        priority: Int = 1000,
        updateEvery: Int = 0,
        options: ChartOptions = [],
        plugin: String = "",
        module: String = "",
        labels: [Label] = []
    ) {
        self.id = id
        self.name = name
        self.title = title
        self.units = units
        self.family = family
        self.context = context
        self.type = type
        self.priority = priority
        self.updateEvery = updateEvery
        self.options = options
        self.plugin = plugin
        self.module = module
        self.labels = labels
    }
}

/// What `DIMENSION` says (streaming protocol §8.3).
public struct DimensionDefinition: Sendable, Equatable {
    public var id: String
    /// Empty going in: the id.
    public var name: String
    public var algorithm: Algorithm
    /// 0 going in: 1.
    public var multiplier: Int64
    /// 0 going in: 1.
    public var divisor: Int64
    public var options: DimensionOptions

    public init(
        id: String,
        name: String = "",
        algorithm: Algorithm = .absolute,
        multiplier: Int64 = 1,
        divisor: Int64 = 1,
        options: DimensionOptions = []
    ) {
        self.id = id
        self.name = name
        self.algorithm = algorithm
        self.multiplier = multiplier
        self.divisor = divisor
        self.options = options
    }
}

/// A chart of a ``HostDatabase``: stays valid while the chart lives, and is known as stale afterwards.
public struct ChartRef: Sendable, Hashable {
    public let index: Int32
    /// Counts the charts that had this place before.
    let incarnation: UInt32

    init(index: Int32, incarnation: UInt32) {
        self.index = index
        self.incarnation = incarnation
    }
}
