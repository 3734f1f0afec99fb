public import Store

/// An ``AlarmRule`` bound to a chart of a host, and what it says now (health §5).
///
/// Times are Unix seconds; 0 is never.
public struct Alarm: Sendable {
    public let rule: AlarmRule
    /// Kept across restarts through the log.
    public let id: UInt32
    /// The rule's name; with `foreach` that of the dimension behind it.
    public let name: String
    public let chart: ChartRef
    /// Texts of the chart; what they were when it was bound.
    public let chartID: String
    public let chartName: String
    public let context: String
    public let family: String
    /// The rule's, or the chart's.
    public var units: String
    /// The rule's with `$family` and `$label:NAME` replaced.
    public var info: String
    /// Of the lookup; with `foreach` one of them.
    public let lookupDimensions: String
    /// Seconds between two evaluations, never less than between two collections of the chart.
    public let updateEvery: Int
    /// What `$green` and `$red` are on its chart: those of the first alarm there that has any.
    var chartGreen = Double.nan
    var chartRed = Double.nan

    public internal(set) var status = AlarmStatus.uninitialized
    public internal(set) var oldStatus = AlarmStatus.uninitialized
    public internal(set) var value = Double.nan
    public internal(set) var oldValue = Double.nan
    /// The lookup's real window.
    public internal(set) var windowAfter = 0
    public internal(set) var windowBefore = 0
    public internal(set) var lastStatusChange = 0
    public internal(set) var lastUpdated = 0
    public internal(set) var nextUpdate = 0
    public internal(set) var delay: NotificationDelay
    /// When a notification of a status that stays was sent last, and how many were.
    public internal(set) var lastRepeat = 0
    public internal(set) var timesRepeat = 0
    public internal(set) var warningRepeatEvery = 0
    public internal(set) var criticalRepeatEvery = 0
    /// Number of the alarm's newest entry in the log, among its own.
    public internal(set) var eventID: UInt32 = 0
    /// By the silencers.
    public internal(set) var isDisabled = false
    public internal(set) var isSilenced = false
    /// Whether its chart is there and was collected: others are not listed.
    public internal(set) var isListed = false

    /// What `$status` was in the last evaluation.
    var evaluatedStatus = AlarmStatus.uninitialized
    /// The dimensions that its lookup means, by their places in the chart.
    var lookupSelection: [Int32] = []
    /// Where the variables of calc, warn and crit come from, one behind the other.
    var sources: [VariableSource] = []

    public var isRepeating: Bool { warningRepeatEvery > 0 || criticalRepeatEvery > 0 }

    /// `CHART.NAME`, as the log and the API name it.
    public var fullName: String { "\(chartID).\(name)" }

    public var valueText: String { Health.valueText(value, units: units) }
}
