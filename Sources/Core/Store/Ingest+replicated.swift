import Basics
import Diagnostics
import Wire

/// What a child answers of its past (streaming protocol §10): points, and the state from which live data goes on.
extension Ingest {
    mutating func beginReplicated(_ words: borrowing Words) -> Bool {
        database.cancel()
        defining = nil
        replicating.time = 0
        if words[0].isEmpty {
            if isIgnoring { return true }
            guard replicating.chart != nil else {
                return stop(.replicationWithoutChart, ["command": "RBEGIN", "by": "RBEGIN"])
            }
        } else {
            leaveChart()
            guard let ref = database.find(chart: words[0]) else {
                replicating.close()
                if hasRefusedCharts {
                    isIgnoring = true
                    return true
                }
                return stop(.replicationOfUnknownChart, ["chart": text(words[0])])
            }
            replicating.chart = ref
            replicating.slot = ref.index
            replicating.defined =
                replicating.exchanges[ref]?.defined ?? Int64(database.definition(of: ref)?.updateEvery ?? 1)
        }
        guard words.count > 1, let ref = replicating.chart else { return true }
        let (start, end, clock) = (words[1].number, words[2].number, seconds(words[3]))
        let every = database.retention(of: ref).updateEvery
        let own = now / microsecondsPerSecond
        let tolerance = clock > 0 ? every &+ 1 : every &+ 5
        let latest = (clock > 0 ? clock : own) &+ tolerance
        let limit = host.settings.futureLimitSeconds
        let isBelievable = limit <= 0 || (replicating.isClockBelievable && end <= own &+ limit)
        guard start > 0, end > start, start < latest, end < latest, end <= HostDatabase.endOfSeconds, isBelievable
        else {
            refuseTime(ref, start, end, latest &- tolerance, clock > 0 ? "child" : "parent", tolerance)
            return true
        }
        let now = clock > 0 ? clock : own
        if database.openReplicated(ref, from: start, to: end, now: now, defined: replicating.defined) {
            replicating.time = database.pointer(ref)?.pointee.lastUpdated ?? 0
        }
        return true
    }

    private mutating func refuseTime(
        _ ref: ChartRef,
        _ start: Int64,
        _ end: Int64,
        _ clock: Int64,
        _ whose: String,
        _ tolerance: Int64
    ) {
        database.counters.refusedPoints &+= 1
        replicating.invalid += 1
        guard replicating.invalid <= Replicating.invalidReported else { return }
        note(
            .replicatedTimeInvalid,
            [
                "chart": id(of: ref), "from": String(start), "to": String(end), "now": String(clock), "clock": whose,
                "tolerance": String(tolerance),
            ]
        )
    }

    /// An RSET that finds no point to belong to: its point was refused, or there is none.
    mutating func rsetOutside(_ dimension: Word, _ value: Word, _ flags: Word) -> Bool {
        guard session.replication != nil else {
            let line = "RSET \"\(text(dimension))\" \(text(value)) \"\(text(flags))\""
            return stop(.unknownCommand, ["command": "RSET", "line": line, "text": line])
        }
        if isIgnoring { return true }
        guard let ref = replicating.chart, database.current < 0 else {
            return stop(.replicationWithoutChart, ["command": "RSET", "by": "RBEGIN"])
        }
        guard database.find(dimension: dimension, in: ref) != nil else { return replicatedUnknown(dimension, "RSET") }
        return true
    }

    mutating func replicatedUnknown(_ dimension: Word, _ command: String) -> Bool {
        if hasRefusedDimensions { return true }
        let chart = replicating.chart.map { id(of: $0) } ?? ""
        return stop(
            .replicationOfUnknownDimension,
            ["chart": chart, "dimension": text(dimension), "command": command]
        )
    }

    /// An RSET whose words are not three: flags or even the value may be missing.
    mutating func setReplicatedIncomplete(_ words: borrowing Words) -> Bool {
        if isIgnoring { return true }
        guard let ref = replicating.chart, database.current < 0 else {
            return stop(.replicationWithoutChart, ["command": "RSET", "by": "RBEGIN"])
        }
        guard !words[0].isEmpty else {
            return stop(.replicationWithoutDimension, ["chart": id(of: ref), "command": "RSET"])
        }
        // Without a value the point stays empty, as it was opened.
        if words[1].isEmpty {
            return database.find(dimension: words[0], in: ref) != nil || replicatedUnknown(words[0], "RSET")
        }
        return rset(words[0], words[1], words[2])
    }

    mutating func resumeDimension(_ words: borrowing Words) -> Bool {
        if isIgnoring { return true }
        guard let ref = replicating.chart, database.current < 0 else {
            return stop(.replicationWithoutChart, ["command": "RDSTATE", "by": "RBEGIN"])
        }
        guard !words[0].isEmpty else {
            return stop(.replicationWithoutDimension, ["chart": id(of: ref), "command": "RDSTATE"])
        }
        if isOvertaken(ref) { return true }
        return database.resumeDimension(
            ref,
            words[0],
            collectedAt: words[1].number,
            collected: words[2].number,
            calculated: words[3].decimal,
            stored: words[4].decimal
        ) || replicatedUnknown(words[0], "RDSTATE")
    }

    mutating func resumeChart(_ words: borrowing Words) -> Bool {
        if isIgnoring { return true }
        guard let ref = replicating.chart, database.current < 0 else {
            return stop(.replicationWithoutChart, ["command": "RSSTATE", "by": "RBEGIN"])
        }
        guard replicating.isClockBelievable, !isOvertaken(ref) else { return true }
        let every = database.retention(of: ref).updateEvery
        let (collected, updated) = (words[0].number / microsecondsPerSecond, words[1].number / microsecondsPerSecond)
        replicating.isTorn = updated > 0 && collected - collected % every > updated
        let limit = host.settings.futureLimitSeconds
        let latest =
            limit <= 0 || limit > HostDatabase.endOfSeconds
            ? HostDatabase.endOfTime : HostDatabase.time(now) &+ limit &* microsecondsPerSecond
        database.resumeChart(ref, collected: words[0].number, updated: words[1].number, latest: latest)
        return true
    }

    /// Live data has come since a torn answer: the state in the next one may be older than that.
    ///
    /// A 1.37.1 child makes its answers beside its collectors, and may say that it has collected a second of which it has no
    /// point yet: live data would then begin behind that. Asked again, which it answers at any time, it has the point.
    private func isOvertaken(_ ref: ChartRef) -> Bool {
        guard let exchange = replicating.exchanges[ref], exchange.torn > 0 else { return false }
        return (database.pointer(ref)?.pointee.lastCollected ?? 0) > exchange.tornAt
    }
}
