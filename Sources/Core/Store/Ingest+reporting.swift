import Basics
public import Diagnostics

/// What a session has to say, collected while the database is locked and reported afterwards.
extension Ingest {
    /// More than so many in one piece of stream is no information.
    private static var eventsPerFeed: Int { 64 }

    mutating func note(_ condition: Condition, _ values: [String: String] = [:]) {
        guard pendingEvents.count < Ingest.eventsPerFeed else { return }
        pendingEvents.append((condition, complete(values)))
    }

    /// Ends the session. Answers `false`, for the parser.
    mutating func stop(_ condition: Condition, _ values: [String: String] = [:]) -> Bool {
        let values = complete(values)
        ending = Ending(condition: condition, values: values)
        pendingEvents.append((condition, values))
        return false
    }

    /// Reports that a limit was reached, once for each.
    mutating func limit(_ limit: Int, _ what: String) {
        guard reportedLimits.insert(what).inserted else { return }
        note(.limitReached, ["limit": String(limit), "what": what])
    }

    /// Reports what was collected. Called without the lock.
    mutating func report() {
        guard !pendingEvents.isEmpty else { return }
        let guid = host.guid.description
        for (condition, values) in pendingEvents {
            reporter.report(Event(condition, at: now, thread: session.thread, host: guid, values: values))
        }
        pendingEvents = []
    }

    /// Turns what the database noticed into events.
    mutating func takeNotices() {
        for notice in database.takeNotices() {
            let (condition, values) = notice.event
            note(condition, values)
        }
    }

    private func complete(_ values: [String: String]) -> [String: String] {
        var all = session.values
        all["host"] = host.hostname
        return all.merging(values) { $1 }
    }
}

extension StoreNotice {
    /// The condition that tells it, and its values. A `host` is the caller's to add.
    public var event: (condition: Condition, values: [String: String]) {
        switch self {
        case .reset(let chart, let updated, let collected):
            (.chartTooOld, ["chart": chart, "updated": stamp(updated), "collected": stamp(collected)])
        case .refusedTime(let chart, let microseconds, let ahead):
            (
                .timeRefused,
                [
                    "chart": chart, "microseconds": String(microseconds),
                    "ahead": String(ahead / microsecondsPerSecond),
                ]
            )
        case .collectedObsolete(let chart): (.obsoleteCollected, ["chart": chart])
        }
    }

    private func stamp(_ microseconds: Int64) -> String {
        "\(microseconds / microsecondsPerSecond).\(microseconds % microsecondsPerSecond)"
    }
}
