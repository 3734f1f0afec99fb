import Basics
import Store
public import Transport

/// `/api/v1/alarms` and `/api/v1/alarms_values` (health §9, web API §8.5).
public struct AlarmsDocument: Sendable {
    /// What stands above the alarms.
    public struct Head: Sendable {
        public var hostname: String
        public var latestUniqueID: UInt32
        /// Whether the host's alarms are evaluated.
        public var isOn: Bool
        /// Unix seconds.
        public var now: Int

        public init(hostname: String, latestUniqueID: UInt32 = 0, isOn: Bool = false, now: Int) {
            self.hostname = hostname
            self.latestUniqueID = latestUniqueID
            self.isOn = isOn
            self.now = now
        }
    }

    private let head: Head
    private let alarms: [Alarm]
    private let defaults: AlarmDefaults

    /// - Parameter alarms: those that are to be listed.
    public init(_ head: Head, _ alarms: [Alarm], defaults: AlarmDefaults) {
        self.head = head
        self.alarms = alarms
        self.defaults = defaults
    }

    /// The alarms that a request asks for: those that are raised, or with the bare word `all` all of them; of `all` and
    /// `active` the last one counts. Those whose chart was never collected are never listed.
    public static func asked(_ request: HTTPRequest, _ alarms: [Alarm]) -> [Alarm] {
        let wantsAll = request.words.last { $0 == "all" || $0 == "active" } == "all"
        return alarms.filter { $0.isListed && (wantsAll || $0.status.isRaised) }
    }

    /// Everything about each.
    public func full() -> [UInt8] {
        var json = AlarmJSON(depth: 1)
        json.text("hostname", head.hostname)
        json.number("latest_alarm_log_unique_id", head.latestUniqueID)
        json.flag("status", head.isOn)
        json.number("now", head.now)
        return document(json) { $0.facts($1, defaults) }
    }

    /// What changes of each.
    public func values() -> [UInt8] {
        var json = AlarmJSON(depth: 1)
        json.text("hostname", head.hostname)
        return document(json) { json, alarm in
            json.number("id", alarm.id)
            json.decimal("value", alarm.value)
            json.number("last_updated", alarm.lastUpdated, "")
            json.text("status", alarm.status.name)
        }
    }

    private func document(_ head: AlarmJSON, _ each: (inout AlarmJSON, Alarm) -> Void) -> [UInt8] {
        var outer = head
        outer.key("alarms")
        outer.raw("{".utf8)
        var inner = AlarmJSON(depth: 2)
        for alarm in alarms {
            var facts = AlarmJSON(depth: 3)
            each(&facts, alarm)
            inner.key("\(alarm.listedChart).\(alarm.name)")
            inner.raw("{".utf8 + facts.bytes + "\n\t\t}".utf8)
        }
        // Without alarms an empty line stands where they would.
        return "{".utf8 + outer.bytes + (alarms.isEmpty ? Array("\n".utf8) : inner.bytes) + "\n\t}\n}\n".utf8
    }
}

extension AlarmJSON {
    fileprivate mutating func facts(_ alarm: Alarm, _ defaults: AlarmDefaults) {
        let definition = alarm.rule.definition
        number("id", alarm.id)
        text("config_hash_id", AlarmEntry.noHash)
        text("name", alarm.name)
        text("chart", alarm.listedChart)
        text("family", alarm.family)
        text("class", definition.classification ?? "Unknown")
        text("component", definition.component ?? "Unknown")
        text("type", definition.type ?? "Unknown")
        flag("active", true)
        flag("disabled", alarm.isDisabled)
        flag("silenced", alarm.isSilenced)
        text("exec", definition.handler ?? defaults.handler)
        text("recipient", definition.recipient ?? defaults.recipient)
        text("source", alarm.rule.source)
        text("units", alarm.units)
        text("info", alarm.info)
        text("status", alarm.status.name)
        number("last_status_change", alarm.lastStatusChange)
        number("last_updated", alarm.lastUpdated)
        number("next_update", alarm.nextUpdate)
        number("update_every", alarm.updateEvery)
        number("delay_up_duration", definition.delay.up)
        number("delay_down_duration", definition.delay.down)
        number("delay_max_duration", definition.delay.longest)
        fixed("delay_multiplier", definition.delay.multiplier, decimals: 6)
        number("delay", alarm.delay.seconds)
        number("delay_up_to_timestamp", alarm.delay.until)
        text("warn_repeat_every", String(alarm.warningRepeatEvery))
        text("crit_repeat_every", String(alarm.criticalRepeatEvery))
        text("value_string", alarm.valueText)
        text("last_repeat", String(alarm.lastRepeat))
        number("times_repeat", alarm.timesRepeat)
        if !definition.hasClearNotification { flag("no_clear_notification", true) }
        if let lookup = definition.lookup { self.lookup(lookup, alarm) }
        expression("calc", definition.calculation)
        expression("warn", definition.warning)
        expression("crit", definition.critical)
        decimal("green", alarm.rule.definition.green ?? .nan)
        decimal("red", alarm.rule.definition.red ?? .nan)
        decimal("value", alarm.value)
    }

    private mutating func lookup(_ lookup: Lookup, _ alarm: Alarm) {
        if !alarm.lookupDimensions.isEmpty { text("lookup_dimensions", htmlEscaped(alarm.lookupDimensions), "") }
        number("db_after", alarm.windowAfter)
        number("db_before", alarm.windowBefore)
        text("lookup_method", lookup.method.name)
        number("lookup_after", lookup.after)
        number("lookup_before", lookup.before)
        text("lookup_options", lookup.optionNames)
    }

    private mutating func expression(_ name: String, _ expression: CompiledExpression?) {
        guard let expression else { return }
        text(name, htmlEscaped(expression.source), "")
        text(name + "_parsed", htmlEscaped("\(expression.expression)"), "")
    }
}

extension Alarm {
    /// The chart as the API names it here: by the word of an alarm's `on:`, or by its id where a template found it.
    fileprivate var listedChart: String { rule.definition.kind == .alarm ? rule.definition.on : chartID }
}

extension Lookup {
    /// As the original lists them; how dimensions are matched it leaves out.
    fileprivate var optionNames: String {
        let names: [(option: Options, name: String)] = [
            (.min2max, "min2max"), (.absolute, "absolute"), (.null2zero, "null2zero"), (.percentage, "percentage"),
            (.unaligned, "unaligned"), (.anomalyBit, "anomaly-bit"),
        ]
        return names.filter { options.contains($0.option) }.map(\.name).joined(separator: " ")
    }

    private typealias Options = QueryOptions
}
