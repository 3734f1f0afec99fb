import Glibc
import Testing

/// Our agent fills the gaps of a real 1.37.1 parent (streaming protocol §10).
@Suite(.serialized, .enabled(if: RealNetdata.isThere))
struct ReplicationTests {
    /// The parent ends and comes back empty: what it has then of the time before can only be the agent's past.
    ///
    /// In mode ram 1.37.1 shows replicated points one step late once the chart is live, its own children's just as ours;
    /// its disk engine has them in their time.
    @Test(arguments: [("ram", "dbengine", SIGKILL), ("none", "ram", SIGTERM)])
    func aRestartedParentHasNoGap(mode: String, parentMode: String, signal: Int32) throws {
        var options = RealNetdata.Options()
        options.hostname = "parent"
        options.mode = parentMode
        options.replication = true
        let port = freePort()
        var parent = try RealNetdata(options, port: port)
        let own = freePort()
        // The sockets of a killed parent answer with a reset at once, so that the agent is back within seconds.
        let agent = try NodeUnderTest(.agent(destination: port, port: own, mode: mode), port: own)
        // What it writes to its disk while it ends is of no interest.
        defer { parent.daemon.signal(SIGKILL) }
        let arrived = try eventually(withinSeconds: 20) { try parent.hosts().contains("agent") }
        #expect(arrived, "\(agent.log.suffix(3000))")
        sleep(5)
        // Charts that appear later have no past.
        let before = Int(time(nil)) - 1
        let known = try parent.charts(of: "agent").filter { id, chart in
            guard chart["update_every"].number == 1 else { return false }
            // One that has just come is there and has no data yet.
            guard let rows = try? parent.data(id, of: "agent", after: before - 3, before: before).rows else {
                return false
            }
            return rows.count { $0.value.contains { $0 != nil } } >= 3
        }.keys.sorted()
        #expect(known.count > 30)
        parent.daemon.signal(signal)
        #expect(parent.log.contains("agent"))
        let first = parent.log
        parent.stop()
        #expect(!first.contains(/REPLAY ERROR|malformed/), "\(first.suffix(3000))")
        sleep(3)
        parent = try RealNetdata(options, port: port)
        let back = try eventually(withinSeconds: 20) {
            guard try parent.hosts().contains("agent") else { return false }
            return try Set(parent.charts(of: "agent").keys).isSuperset(of: known)
        }
        #expect(back, "\(agent.log.suffix(3000))")
        sleep(4)
        let end = Int(time(nil)) - 2
        let begin = before - 1
        var values = 0
        for id in known {
            let mirrored = try parent.data(id, of: "agent", after: begin, before: end)
            let times = Set(mirrored.rows.filter { $0.value.contains { $0 != nil } }.keys)
            let missing = Set((begin + 1)...end).subtracting(times).sorted()
            #expect(missing.isEmpty, "\(id): \(missing)")
            values += mirrored.values
            guard mode == "ram" else { continue }
            let differences = try agent.data(id, of: "agent", after: begin, before: end).differences(from: mirrored)
            #expect(differences.isEmpty, "\(id): \(differences.prefix(5))")
        }
        #expect(values > 500, "hardly anything was compared: \(values) values")
        #expect(!parent.log.contains(/REPLAY ERROR|malformed|PLUGINSD.*ERROR/), "\(parent.log.suffix(3000))")
        #expect(!agent.log.contains(/REPLAY_CHART|too many data pending/), "\(agent.log.suffix(3000))")
    }
}
