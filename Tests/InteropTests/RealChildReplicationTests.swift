import Glibc
import Testing

/// Our parent, and what it has of a real 1.37.1 child after outages (streaming protocol §10).
@Suite(.serialized, .enabled(if: RealNetdata.isThere))
struct RealChildReplicationTests {
    enum Restart: String, Sendable { case parentTerm, parentKill, child, both }

    /// A child for which a wrong value shows: plain values, rates, a chart of each distance.
    private func child(_ port: Int, mode: String = "dbengine") -> RealNetdata.Options {
        var options = RealNetdata.Options()
        options.hostname = "child"
        options.mode = mode
        options.replication = true
        options.plugins = ["proc", "idlejitter"]
        options.destination = "127.0.0.1:\(port)"
        options.guid = "aaaaaaaa-0137-11ee-8000-0000000000c7"
        return options
    }

    /// Charts with a point for each second before one: others appear later and have no past.
    private func full(_ child: some AnswersAPI, _ second: Int) throws -> [String] {
        try child.charts(of: "child").filter { id, chart in
            guard chart["update_every"].number == 1,
                let data = try? child.data(id, of: "child", after: second - 3, before: second)
            else { return false }
            return data.rows.count { $0.value.contains { $0 != nil } } >= 3
        }.keys.sorted()
    }

    /// Waits until most charts have a past; from when on they are compared.
    private func settled(_ child: some AnswersAPI) throws -> (begin: Int, charts: [String]) {
        var (begin, charts) = (0, [String]())
        let isSettled = try eventually(withinSeconds: 20) {
            sleep(1)
            begin = Int(time(nil)) - 2
            charts = try full(child, begin)
            return charts.count > 30
        }
        #expect(isSettled, "\(charts)")
        return (begin, charts)
    }

    /// What the parent lacks of charts between two seconds, and where it differs from what the child has itself.
    private func compare(
        _ parent: some AnswersAPI,
        _ child: some AnswersAPI,
        _ ids: [String],
        _ after: Int,
        _ before: Int
    ) throws -> (values: Int, faults: [String]) {
        var values = 0
        var faults: [String] = []
        for id in ids {
            let own = try child.data(id, of: "child", after: after, before: before)
            let mirrored = try parent.data(id, of: "child", after: after, before: before)
            values += mirrored.values
            faults += mirrored.differences(from: own).prefix(3).map { "\(id): \($0)" }
        }
        return (values, faults)
    }

    /// Nothing is missing that the child has, and the values are its own.
    @Test(arguments: [Restart.parentTerm, .parentKill, .child, .both])
    func aRestartLeavesNoGap(restart: Restart) throws {
        let port = freePort()
        let settings = NodeUnderTest.Options.parent(port: port)
        var parent = try NodeUnderTest(settings, port: port)
        let childPort = freePort()
        var child = try RealNetdata(child(port), port: childPort)
        defer { child.daemon.signal(SIGKILL) }
        let arrived = try eventually(withinSeconds: 40) {
            guard try parent.hosts().contains("child") else { return false }
            return try parent.charts(of: "child").count > 40
        }
        #expect(arrived, "\(parent.log.suffix(3000))")
        let (begin, known) = try settled(child)
        let slow = try child.charts(of: "child").filter { $0.value["update_every"].number == 5 }.keys.sorted()
        let early = restart == .child ? try compare(parent, child, known, begin - 1, begin) : nil
        var log = ""
        if restart != .child {
            parent.daemon.signal(restart == .parentTerm ? SIGTERM : SIGKILL)
            parent.stop()
        }
        if restart == .child || restart == .both {
            log = child.log
            child.daemon.signal(SIGKILL)
            child.stop()
        }
        sleep(4)
        if restart != .child { parent = try NodeUnderTest(settings, port: port) }
        if restart == .child || restart == .both { child = try RealNetdata(self.child(port), port: childPort) }
        let back = try eventually(withinSeconds: 40) {
            guard try parent.hosts().contains("child") else { return false }
            return try parent.charts(of: "child").count > 40
        }
        #expect(back, "\(parent.log.suffix(3000))")
        sleep(8)
        let end = Int(time(nil)) - 2
        // Both have those seconds by now, however busy the machine is.
        sleep(3)
        // What its own database has since its start; what the parent kept is compared with what it was.
        // A child that started anew has some charts later than others, and of each a first point that nobody can ask for.
        let isNew = restart == .child || restart == .both
        let after = isNew ? end - 2 : begin
        let compared = try isNew ? full(child, end).filter(known.contains) : known
        let (values, faults) = try compare(parent, child, compared, after, end)
        #expect(faults.isEmpty, "\(faults.prefix(12).joined(separator: "\n"))")
        #expect(values > (isNew ? 100 : 300), "hardly anything was compared: \(values) values")
        if restart == .parentTerm || restart == .parentKill {
            // It says that it has its oldest point from that point's own time on, and so nobody can ask for that one.
            let oldest = try slow.compactMap { try child.charts(of: "child")[$0]?["first_entry"].number }.max() ?? 0
            let (slowValues, slowFaults) = try compare(parent, child, slow, max(begin, Int(oldest)), end)
            #expect(slowFaults.isEmpty, "\(slowFaults)")
            #expect(slowValues > 0 || slow.isEmpty)
        }
        if let early {
            let again = try known.reduce(0) {
                try $0 + parent.data($1, of: "child", after: begin - 1, before: begin).values
            }
            #expect(again >= early.values, "what was there before the child's restart is not any more")
        }
        let said = (log + child.log).split(separator: "\n").filter {
            $0.contains(/REPLAY|REPLICATION|malformed|PLUGINSD.*ERROR/) && !$0.contains("INFO")
        }
        #expect(said.isEmpty, "\(said.prefix(5))")
        #expect(!parent.log.contains(/ND-R[3-9]|malformed|REPLAY ERROR|does not advance/), "\(parent.log.suffix(3000))")
    }

    /// Our agent behind a node of ours without a database, whose parent is a real one: it ends and comes back empty.
    @Test func ourChildThroughAHeadlessProxyToARealParent() throws {
        var options = RealNetdata.Options()
        options.hostname = "parent"
        options.mode = "dbengine"
        options.replication = true
        let (port, proxyPort, own) = (freePort(), freePort(), freePort())
        var parent = try RealNetdata(options, port: port)
        defer { parent.daemon.signal(SIGKILL) }
        let proxy = try headlessProxy(proxyPort, to: port)
        let agent = try NodeUnderTest(.agent(destination: proxyPort, port: own, hostname: "child"), port: own)
        let arrived = try eventually(withinSeconds: 40) {
            guard try parent.hosts().contains("child") else { return false }
            return try parent.charts(of: "child").count > 40
        }
        #expect(arrived, "\(proxy.log.suffix(3000))")
        let (begin, known) = try settled(agent)
        let first = parent
        first.daemon.signal(SIGKILL)
        first.stop()
        sleep(3)
        parent = try RealNetdata(options, port: port)
        let back = try eventually(withinSeconds: 40) {
            guard try parent.hosts().contains("child") else { return false }
            return try parent.charts(of: "child").count > 40
        }
        #expect(back, "\(proxy.log.suffix(3000))")
        sleep(5)
        let end = Int(time(nil)) - 2
        sleep(3)
        let (values, faults) = try compare(parent, agent, known, begin, end)
        #expect(faults.isEmpty, "\(faults.prefix(12).joined(separator: "\n"))")
        #expect(values > 300, "hardly anything was compared: \(values) values")
        for log in [first.log, parent.log] {
            #expect(!log.contains(/REPLAY ERROR|malformed|PLUGINSD.*ERROR/), "\(log.suffix(3000))")
        }
    }

    private func headlessProxy(_ proxyPort: Int, to port: Int) throws -> NodeUnderTest {
        var options = NodeUnderTest.Options.parent(port: proxyPort, mode: "none")
        options.stream = """
            [stream]
                enabled = yes
                destination = 127.0.0.1:\(port)
                api key = \(RealNetdata.key)
                reconnect delay seconds = 1
            \(options.stream)
            """
        return try NodeUnderTest(options, port: proxyPort)
    }

    /// Through a node of ours without a database: what the parent asks for is answered by the real child, whose live data
    /// waits for nobody else.
    @Test func throughAHeadlessProxy() throws {
        let (port, proxyPort) = (freePort(), freePort())
        let settings = NodeUnderTest.Options.parent(port: port)
        var parent = try NodeUnderTest(settings, port: port)
        let proxy = try headlessProxy(proxyPort, to: port)
        let child = try RealNetdata(child(proxyPort))
        defer { child.daemon.signal(SIGKILL) }
        let arrived = try eventually(withinSeconds: 40) {
            guard try parent.hosts().contains("child") else { return false }
            return try parent.charts(of: "child").count > 40
        }
        #expect(arrived, "\(proxy.log.suffix(3000))")
        let (begin, known) = try settled(child)
        parent.daemon.signal(SIGKILL)
        parent.stop()
        sleep(4)
        parent = try NodeUnderTest(settings, port: port)
        let back = try eventually(withinSeconds: 40) {
            guard try parent.hosts().contains("child") else { return false }
            return try parent.charts(of: "child").count > 40
        }
        #expect(back, "\(proxy.log.suffix(3000))")
        sleep(5)
        let end = Int(time(nil)) - 2
        sleep(3)
        let (values, faults) = try compare(parent, child, known, begin, end)
        #expect(faults.isEmpty, "\(faults.prefix(12).joined(separator: "\n"))")
        #expect(values > 300, "hardly anything was compared: \(values) values")
        let said = child.log.split(separator: "\n").filter { $0.contains(/REPLAY|malformed/) && !$0.contains("INFO") }
        #expect(said.isEmpty, "\(said.prefix(5))")
    }
}
