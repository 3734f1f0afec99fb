import Basics
public import Store

/// `/api/v1/alarm_log` (health §6.1, web API §8.5).
public struct AlarmLogDocument: Sendable {
    private let identity: HostIdentity
    private let entries: [AlarmEntry]
    private let defaults: AlarmDefaults

    /// - Parameter entries: newest first.
    public init(_ identity: HostIdentity, _ entries: [AlarmEntry], defaults: AlarmDefaults) {
        self.identity = identity
        self.entries = entries
        self.defaults = defaults
    }

    public func json() -> [UInt8] {
        var bytes: [UInt8] = Array("[".utf8)
        bytes.reserveCapacity(1200 * entries.count + 4)
        for (index, entry) in entries.enumerated() {
            bytes += (index == 0 ? "\n\t{" : ",\n\t{").utf8
            var json = AlarmJSON(depth: 2)
            print(entry, to: &json)
            bytes += json.bytes
            bytes += "\n\t}".utf8
        }
        return bytes + "\n]\n".utf8
    }

    private func print(_ entry: AlarmEntry, to json: inout AlarmJSON) {
        json.text("hostname", identity.hostname)
        json.number("utc_offset", identity.utcOffset)
        json.text("timezone", identity.abbreviatedTimezone)
        json.number("unique_id", entry.uniqueID)
        json.number("alarm_id", entry.alarmID)
        json.number("alarm_event_id", entry.eventID)
        json.text("config_hash_id", AlarmEntry.noHash)
        json.text("name", entry.name)
        json.text("chart", entry.chart)
        json.text("context", entry.context)
        json.text("family", entry.family)
        json.text("class", entry.classification.isEmpty ? "Unknown" : entry.classification)
        json.text("component", entry.component.isEmpty ? "Unknown" : entry.component)
        json.text("type", entry.type.isEmpty ? "Unknown" : entry.type)
        json.flag("processed", entry.flags.contains(.processed))
        json.flag("updated", entry.flags.contains(.updated))
        json.number("exec_run", entry.handlerRunAt)
        json.flag("exec_failed", entry.flags.contains(.handlerFailed))
        json.text("exec", entry.handler)
        json.text("recipient", entry.recipient)
        json.number("exec_code", entry.handlerCode)
        json.text("source", entry.source)
        json.text("command", defaults.editCommand(source: entry.source))
        json.text("units", entry.units)
        json.number("when", entry.when)
        json.number("duration", entry.duration)
        json.number("non_clear_duration", entry.nonClearDuration)
        json.text("status", entry.status.name)
        json.text("old_status", entry.oldStatus.name)
        json.number("delay", entry.delay)
        json.number("delay_up_to_timestamp", entry.delayUpTo)
        json.number("updated_by_id", entry.updatedByID)
        json.number("updates_id", entry.updatesID)
        json.text("value_string", entry.valueText)
        json.text("old_value_string", entry.oldValueText)
        json.text("last_repeat", String(entry.lastRepeat))
        json.text("silenced", entry.flags.contains(.silenced) ? "true" : "false")
        if entry.info.isEmpty {
            json.key("info", "")
            json.raw("null".utf8)
        } else {
            json.text("info", htmlEscaped(entry.info), "")
        }
        if entry.flags.contains(.noClearNotification) { json.flag("no_clear_notification", true) }
        json.decimal("value", entry.value)
        json.decimal("old_value", entry.oldValue)
    }
}

extension AlarmEntry {
    /// The original makes a hash of an alarm's definition for its cloud only.
    static let noHash = "00000000-0000-0000-0000-000000000000"
}
