public import Store

/// A change of an alarm's status, as the alarm log keeps it (health §6.1).
///
/// Times are Unix seconds, durations seconds; 0 is never.
public struct AlarmEntry: Sendable, Equatable {
    /// Grows by one with each entry of the host.
    public var uniqueID: UInt32
    public var alarmID: UInt32
    /// 1, 2, … of its alarm.
    public var eventID: UInt32
    public var name: String
    /// The chart's id.
    public var chart: String
    public var context: String
    public var family: String
    public var classification: String
    public var component: String
    public var type: String
    /// The command that notifies, and whom it is told to.
    public var handler: String
    public var recipient: String
    /// `LINE@FILE`.
    public var source: String
    public var units: String
    public var info: String
    public var when: Int
    /// How long the state before lasted.
    public var duration: Int
    /// How long it has been raised without being clear.
    public var nonClearDuration: Int
    public var status: AlarmStatus
    public var oldStatus: AlarmStatus
    public var value: Double
    public var oldValue: Double
    /// How long its notification waits, and until when.
    public var delay: Int
    public var delayUpTo: Int
    /// The entries of the same alarm before and after it; 0 where there is none.
    public var updatesID: UInt32 = 0
    public var updatedByID: UInt32 = 0
    public var lastRepeat = 0
    /// When the handler was started, and how it ended.
    public var handlerRunAt = 0
    public var handlerCode = 0
    public var flags: Flags = []

    public struct Flags: OptionSet, Sendable, Equatable {
        public let rawValue: UInt32
        public init(rawValue: UInt32) { self.rawValue = rawValue }

        /// It was decided whether to notify.
        public static let processed = Flags(rawValue: 1)
        /// A newer entry of the same alarm exists.
        public static let updated = Flags(rawValue: 2)
        public static let handlerRun = Flags(rawValue: 4)
        public static let handlerFailed = Flags(rawValue: 8)
        public static let silenced = Flags(rawValue: 0x10)
        public static let handlerRunning = Flags(rawValue: 0x40)
        public static let repeating = Flags(rawValue: 0x80)
        /// It is in the file of the log.
        public static let saved = Flags(rawValue: 0x1000_0000)
        public static let noClearNotification = Flags(rawValue: 0x8000_0000)
        /// Its handler's run was folded into the one of the lost child; no flag of the original.
        public static let folded = Flags(rawValue: 0x100)
    }

    /// Takes the texts that others have already, where they are the same.
    mutating func share(_ texts: inout Set<String>) {
        func shared(_ text: String) -> String {
            // Shorter ones take no memory of their own.
            text.utf8.count > 15 ? texts.insert(text).memberAfterInsert : text
        }
        name = shared(name)
        chart = shared(chart)
        context = shared(context)
        family = shared(family)
        classification = shared(classification)
        component = shared(component)
        type = shared(type)
        handler = shared(handler)
        recipient = shared(recipient)
        source = shared(source)
        units = shared(units)
        info = shared(info)
    }

    public var valueText: String { Health.valueText(value, units: units) }
    public var oldValueText: String { Health.valueText(oldValue, units: units) }

    public static func == (one: AlarmEntry, other: AlarmEntry) -> Bool {
        func same(_ one: Double, _ other: Double) -> Bool { one == other || one.isNaN && other.isNaN }
        return one.uniqueID == other.uniqueID && one.alarmID == other.alarmID && one.eventID == other.eventID
            && one.name == other.name && one.chart == other.chart && one.context == other.context
            && one.family == other.family && one.classification == other.classification
            && one.component == other.component && one.type == other.type && one.handler == other.handler
            && one.recipient == other.recipient && one.source == other.source && one.units == other.units
            && one.info == other.info && one.when == other.when && one.duration == other.duration
            && one.nonClearDuration == other.nonClearDuration && one.status == other.status
            && one.oldStatus == other.oldStatus && same(one.value, other.value) && same(one.oldValue, other.oldValue)
            && one.delay == other.delay && one.delayUpTo == other.delayUpTo && one.updatesID == other.updatesID
            && one.updatedByID == other.updatedByID && one.lastRepeat == other.lastRepeat
            && one.handlerRunAt == other.handlerRunAt && one.handlerCode == other.handlerCode
            && one.flags == other.flags
    }
}
