/// Alarms of one host as a node's API lists them (`/api/v1/alarms`, health §9): what a screen needs of it.
public struct APIAlarms: Sendable, Equatable, Decodable {
    /// An alarm. Expressions are as the definition has them.
    public struct Alarm: Sendable, Equatable, Decodable {
        public var name: String
        /// The chart's id.
        public var chart: String
        public var status: String
        public var info: String
        public var classification: String?
        public var recipient: String?
        /// `LINE@FILE`.
        public var source: String
        public var isDisabled: Bool?
        public var isSilenced: Bool?
        /// Unix seconds.
        public var lastStatusChange: Double?
        public var lastUpdated: Double?
        /// Seconds between two evaluations.
        public var updateEvery: Int?
        public var valueText: String?
        // How long notifications wait, in seconds.
        public var delayUp: Int?
        public var delayDown: Int?
        public var delayMost: Int?
        public var delayMultiplier: Double?
        /// Unix seconds.
        public var delayedUntil: Double?
        // What is looked up before it is evaluated; nothing without a lookup.
        public var lookupMethod: String?
        public var lookupAfter: Int?
        public var lookupBefore: Int?
        public var lookupDimensions: String?
        public var lookupOptions: String?
        public var calculation: String?
        public var warning: String?
        public var critical: String?
        // The chart's thresholds.
        public var green: Double?
        public var red: Double?

        enum CodingKeys: String, CodingKey {
            case name, chart, status, info, recipient, source, green, red
            case classification = "class"
            case isDisabled = "disabled"
            case isSilenced = "silenced"
            case lastStatusChange = "last_status_change"
            case lastUpdated = "last_updated"
            case updateEvery = "update_every"
            case valueText = "value_string"
            case delayUp = "delay_up_duration"
            case delayDown = "delay_down_duration"
            case delayMost = "delay_max_duration"
            case delayMultiplier = "delay_multiplier"
            case delayedUntil = "delay_up_to_timestamp"
            case lookupMethod = "lookup_method"
            case lookupAfter = "lookup_after"
            case lookupBefore = "lookup_before"
            case lookupDimensions = "lookup_dimensions"
            case lookupOptions = "lookup_options"
            case calculation = "calc"
            case warning = "warn"
            case critical = "crit"
        }
    }

    /// Whether health is on for the host.
    public var isOn: Bool
    /// By `CHART.NAME`.
    public var alarms: [String: Alarm]

    enum CodingKeys: String, CodingKey {
        case alarms
        case isOn = "status"
    }

    /// - Parameter json: an answer of `/api/v1/alarms`, with `all` or without.
    /// - Throws: ``StatusReadError/malformed(_:)``.
    public init(json: [UInt8]) throws(StatusReadError) {
        self = try decoded(json)
        for key in Array(alarms.keys) {
            for path in [\Alarm.calculation, \Alarm.warning, \Alarm.critical] {
                if let text = alarms[key]?[keyPath: path] { alarms[key]?[keyPath: path] = withoutEntities(text) }
            }
        }
    }
}

/// Changes of alarms, newest first (`/api/v1/alarm_log`, health §9).
public struct APIAlarmLog: Sendable, Equatable, Decodable {
    public struct Entry: Sendable, Equatable, Decodable {
        public var name: String
        public var chart: String
        /// Unix seconds.
        public var when: Double
        public var status: String
        public var oldStatus: String
        public var valueText: String?
        public var oldValueText: String?
        /// How to change the definition: `COMMAND FILE=LINE=HOST`.
        public var command: String?

        enum CodingKeys: String, CodingKey {
            case name, chart, when, status, command
            case oldStatus = "old_status"
            case valueText = "value_string"
            case oldValueText = "old_value_string"
        }
    }

    public var entries: [Entry]

    /// - Throws: ``StatusReadError/malformed(_:)``.
    public init(json: [UInt8]) throws(StatusReadError) {
        entries = try decoded(json)
    }
}

/// Text as it was before somebody made it fit for HTML.
private func withoutEntities(_ text: String) -> String {
    guard text.contains("&") else { return text }
    var plain = ""
    var rest = text[...]
    while let start = rest.firstIndex(of: "&") {
        plain += rest[..<start]
        let name = rest[rest.index(after: start)...].prefix { $0 != ";" }
        if name.endIndex < rest.endIndex, let sign = entities[String(name)] {
            plain.append(sign)
            rest = rest[rest.index(after: name.endIndex)...]
        } else {
            plain += "&"
            rest = rest[rest.index(after: start)...]
        }
    }
    return plain + rest
}

private let entities: [String: Character] = [
    "gt": ">", "lt": "<", "amp": "&", "quot": "\"", "#x2F": "/", "#x27": "'", "#39": "'",
]
