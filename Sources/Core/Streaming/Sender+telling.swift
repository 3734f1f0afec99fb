import Basics
import Diagnostics
import Store
import Synchronization
import Wire

/// What a sender has to say, and where: the log and the status document.
extension Sender {
    func fail(_ condition: Condition, _ values: [String: String], evidence: String? = nil, fix: [String] = []) {
        let event = event(condition, values)
        reporter.report(event)
        facts.withLock { $0.failed(event, evidence: evidence, fix: fix) }
    }

    func report(_ condition: Condition, _ values: [String: String] = [:]) {
        reporter.report(event(condition, values))
    }

    func event(_ condition: Condition, _ values: [String: String]) -> Event {
        let hostname = host.hostname
        var values = values
        values["host"] = hostname
        values["destination"] = values["destination"] ?? facts.withLock { $0.destination } ?? ""
        return Event(
            condition,
            at: clock.now(),
            thread: "STREAM_SENDER[\(hostname)]",
            host: host.guid.description,
            values: values
        )
    }

    /// That a destination is left alone, and for how long (streaming protocol §4.1).
    func tellSkipped(_ candidate: Int, _ failure: ConnectFailure, now: Int64) {
        let left = machine.candidates[candidate].skippedUntil &- now
        let values = [
            "port": settings.defaultPort, "number": String(failure.code), "reason": failure.words,
            "seconds": String((left &+ microsecondsPerSecond &- 1) / microsecondsPerSecond),
        ]
        report(.destinationSkipped, values)
    }

    func publish() {
        let machine = machine
        facts.withLock { $0.take(machine) }
    }
}
