import Glibc
import Testing

/// Our agent streams to a real 1.37.1 parent.
@Suite(.serialized, .enabled(if: RealNetdata.isThere))
struct AgentTests {
    @Test(arguments: [false, true])
    func allChartsArriveAndTheValuesAgree(compression: Bool) throws {
        var options = RealNetdata.Options()
        options.hostname = "parent"
        options.compression = compression
        let parent = try RealNetdata(options)
        let port = freePort()
        let agent = try NodeUnderTest(
            .agent(destination: parent.port, port: port, compression: compression),
            port: port
        )
        var charts: [String: JSONValue] = [:]
        let arrived = try eventually(withinSeconds: 40) {
            guard try parent.hosts().contains("agent") else { return false }
            charts = try agent.charts(of: "agent")
            return try charts.count > 50 && Set(parent.charts(of: "agent").keys).isSuperset(of: charts.keys)
        }
        #expect(arrived, "\(agent.log.suffix(3000))")
        sleep(14)
        let end = Int(time(nil)) - 3
        var values = 0
        // The clock of a mirrored chart starts with its second collection (streaming protocol §9.2), which for slow charts is
        // seconds away from where the agent's own clock stands.
        for (id, chart) in charts where chart["update_every"].number == 1 {
            let own = try agent.data(id, of: "agent", after: end - 8, before: end)
            let mirrored = try parent.data(id, of: "agent", after: end - 8, before: end)
            values += own.values
            let differences = own.differences(from: mirrored, phase: 0.1)
            #expect(differences.isEmpty, "\(id): \(differences.prefix(5))")
        }
        #expect(values > 500, "hardly anything was compared: \(values) values")
        #expect(!parent.log.contains("STREAM") || !parent.log.contains(/ERROR.*STREAM/), "\(parent.log.suffix(3000))")
    }

    /// Debian's plugins under our agent.
    @Test func pluginsOfThePackageRunUnderTheAgent() throws {
        let parent = try RealNetdata()
        let port = freePort()
        let plugins = """
            [directories]
                stock config = \(RealNetdata.root)/usr/lib/netdata/conf.d
                plugins = "\(RealNetdata.root)/usr/lib/netdata/plugins.d"
            [plugins]
                enable running new plugins = no
                apps = yes
            [environment variables]
                LD_LIBRARY_PATH = \(RealNetdata.root)/usr/lib/x86_64-linux-gnu
            """
        let agent = try NodeUnderTest(.agent(destination: parent.port, port: port, extra: plugins), port: port)
        let arrived = try eventually(withinSeconds: 30) {
            try parent.hosts().contains("agent") && parent.charts(of: "agent").keys.contains("apps.cpu")
        }
        #expect(arrived, "\(agent.log.suffix(3000))")
        let id = try #require(agent.log.firstMatch(of: /apps\.plugin' running on pid (\d+)/)?.output.1)
        agent.stop()
        #expect(kill(Int32(id)!, 0) != 0, "apps.plugin outlived the agent")
    }
}
