/// What an alarm says of its chart; the numbers are those of `$status`, the log and the API (health, introduction).
public enum AlarmStatus: Int8, Sendable, Comparable, CaseIterable {
    case removed = -2
    case undefined = -1
    case uninitialized = 0
    case clear = 1
    case warning = 3
    case critical = 4

    public var name: String {
        switch self {
        case .removed: "REMOVED"
        case .undefined: "UNDEFINED"
        case .uninitialized: "UNINITIALIZED"
        case .clear: "CLEAR"
        case .warning: "WARNING"
        case .critical: "CRITICAL"
        }
    }

    public var isRaised: Bool { self >= .warning }

    public static func < (one: AlarmStatus, other: AlarmStatus) -> Bool { one.rawValue < other.rawValue }
}

/// How many alarms of a host are in which state; those whose chart was collected.
public struct AlarmTally: Sendable, Equatable {
    /// Neither warning nor critical.
    public var normal = 0
    public var warning = 0
    public var critical = 0

    public init(normal: Int = 0, warning: Int = 0, critical: Int = 0) {
        self.normal = normal
        self.warning = warning
        self.critical = critical
    }

    public var total: Int { normal + warning + critical }
}

/// An alarm as services other than health see it.
public struct AlarmFacts: Sendable {
    public var id: UInt32
    public var name: String
    /// The chart's id.
    public var chart: String
    /// The chart's name.
    public var chartName: String
    public var status: AlarmStatus
    /// NaN where there is none.
    public var value: Double
    public var units: String
    /// Seconds between two evaluations.
    public var updateEvery: Int
    /// Unix seconds of the last change of the status; 0 is never.
    public var since = 0
    /// The value with its units, as notifications have it.
    public var valueText = ""
    public var info = ""
    public var classification: String?
    /// Whom notifications go to.
    public var recipient: String?
    /// `LINE@FILE`.
    public var source = ""
    /// By the silencers: it is evaluated and nobody is told, or it isn't evaluated.
    public var isSilenced = false
    public var isDisabled = false
    /// The thresholds of its chart; NaN where none is set.
    public var green: Double
    public var red: Double

    public init(
        id: UInt32,
        name: String,
        chart: String,
        chartName: String,
        status: AlarmStatus,
        value: Double,
        units: String,
        updateEvery: Int,
        green: Double = .nan,
        red: Double = .nan
    ) {
        self.id = id
        self.name = name
        self.chart = chart
        self.chartName = chartName
        self.status = status
        self.value = value
        self.units = units
        self.updateEvery = updateEvery
        self.green = green
        self.red = red
    }
}

/// Whoever evaluates a host's alarms. Asked by readers, from any thread, and never with the host's database locked.
public protocol AlarmSource: Sendable {
    var alarmTally: AlarmTally { get }
    /// All alarms whose chart was collected, in the order in which they were made.
    var alarmFacts: [AlarmFacts] { get }
    /// Those of ``alarmFacts`` that are raised: asked for once a second, of all hosts.
    var raisedAlarmFacts: [AlarmFacts] { get }
}

extension AlarmSource {
    public var raisedAlarmFacts: [AlarmFacts] { alarmFacts.filter(\.status.isRaised) }
}
