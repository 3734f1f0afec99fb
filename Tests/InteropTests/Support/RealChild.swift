import Testing

@testable import SelfTest

/// A real 1.37.1 child that goes from one of our parents to the next, each with a certificate of its own.
///
/// It tries its destinations in turn, and those that have refused it, or that do not listen any more, it leaves alone for
/// minutes: so one daemon meets them all within seconds. `:SSL` behind the last counts for all of them.
struct RealChild {
    private struct Stop {
        var combination: Combination
        var parent: ParentUnderTest
        var wire: Wiretap
        var observation: Observation?
    }

    private var stops: [Stop]
    private let daemon: RealNetdata

    /// - Parameter combinations: of one kind of child.
    init(_ combinations: [Combination], in bench: Bench) throws {
        stops = try combinations.map { combination in
            let parent = try ParentUnderTest(combination.port, combination.credential, in: bench)
            return Stop(combination: combination, parent: parent, wire: try Wiretap(bench.group, to: parent.port))
        }
        var options = RealNetdata.Options()
        options.key = Bench.key
        options.hostname = "child"
        options.mode = "none"
        options.hasWeb = false
        options.plugins = ["proc"]
        let child = combinations[0].child
        let places = stops.map { "\($0.combination.credential.dialled):\($0.wire.port)" }.joined(separator: " ")
        options.destination = places + (child == .plain ? "" : ":SSL")
        options.streamExtra = "[stream]\n    CAfile = \(bench.credentials.authority)\n"
        if child == .skip { options.streamExtra += "    ssl skip certificate verification = yes\n" }
        daemon = try RealNetdata(options)
    }

    /// Waits until it has been everywhere.
    mutating func walk(withinSeconds seconds: Double) -> [Observation] {
        _ = eventually(withinSeconds: seconds) {
            for index in stops.indices where stops[index].observation == nil { look(index) }
            return stops.allSatisfy { $0.observation != nil }
        }
        daemon.stop()
        for stop in stops {
            stop.wire.stop()
            stop.parent.stop()
        }
        let log = visits(daemon.log)
        return stops.map { stop in
            var observation =
                stop.observation
                ?? Observation(
                    stop.combination,
                    isStream: false,
                    stop.wire.record,
                    child: [],
                    parent: stop.parent.words
                )
            let isStream = [.encrypted, .unencrypted].contains(observation.behaviour)
            observation.child = isStream ? [] : refusedBecause(log[stop.wire.port] ?? "")
            return observation
        }
    }

    private mutating func look(_ index: Int) {
        let stop = stops[index]
        let isStream = stop.parent.hasMetrics
        guard isStream || stop.wire.record.isOver else { return }
        stops[index].observation = Observation(
            stop.combination,
            isStream: isStream,
            stop.wire.record,
            child: [],
            parent: isStream ? [] : stop.parent.words,
            atStart: stop.parent.wordsAtStart
        )
        // It goes on to the next.
        stop.wire.stop()
        stop.parent.stop()
    }

    /// What its log says of the first visit to each port.
    private func visits(_ log: String) -> [Int: String] {
        var visits: [Int: String] = [:]
        var port = 0
        var isFirst = false
        for line in log.split(separator: "\n") {
            if let range = line.firstRange(of: "attempting to connect to '") {
                let place = line[range.upperBound...].prefix { $0 != "'" }
                port = place.split(separator: ":").last.flatMap { Int($0) } ?? 0
                isFirst = visits[port] == nil
            }
            // What follows belongs to the time between two visits.
            if line.contains("skipping destination") || line.contains("could not connect to parent") { isFirst = false }
            if isFirst { visits[port, default: ""] += line + "\n" }
        }
        return visits
    }
}
