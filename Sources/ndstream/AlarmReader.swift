import Basics
import Status
import System
import TUI

/// Reads what a screen shows of one alarm from a node's API: what it is, and its changes.
final class AlarmReader {
    private let client: StatusClient
    private var key: AlarmKey?
    private var readAt = -Double.infinity

    /// Alarms are evaluated every few seconds, and their expressions don't change.
    private static let refreshSeconds = 5.0
    /// Changes of one alarm that are shown; a log has a thousand entries of all alarms.
    private static let entriesLimit = 200

    init(_ client: StatusClient) { self.client = client }

    /// Asks at once for another alarm than before, else only now and then.
    func read(_ key: AlarmKey, tell: (AlarmNews) -> Void) {
        let now = Double(SystemClock().monotonic()) / 1_000_000
        guard key != self.key || now - readAt >= Self.refreshSeconds else { return }
        self.key = key
        readAt = now
        do throws(StatusFailure) {
            let base = "/host/\(key.host)/api/v1/"
            let alarms = try understood(try client.get(base + "alarms?active")) { json throws(StatusReadError) in
                try APIAlarms(json: json)
            }
            let path = base + "alarm_log?chart=" + PercentEncoding.encode(key.chart)
            let log = try understood(try client.get(path)) { json throws(StatusReadError) in
                try APIAlarmLog(json: json)
            }
            let alarm = alarms.alarms.values.first { $0.name == key.name && $0.chart == key.chart }
            // Not every node filters by the chart.
            let own = log.entries.lazy.filter { $0.name == key.name && $0.chart == key.chart }
            tell(.detail(key, alarm, Array(own.prefix(Self.entriesLimit))))
        } catch {
            tell(.failure(key, error.sentence))
        }
    }

    private func understood<Value>(
        _ json: [UInt8],
        _ read: ([UInt8]) throws(StatusReadError) -> Value
    ) throws(StatusFailure) -> Value {
        do throws(StatusReadError) {
            return try read(json)
        } catch {
            throw StatusFailure(sentence: "its alarms are not understood: \(error)", status: .unavailable)
        }
    }
}
