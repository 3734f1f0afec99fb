import Testing

/// The harness itself: two real daemons, one streaming to the other.
@Suite(.serialized, .enabled(if: RealNetdata.isThere))
struct RealNetdataTests {
    @Test(arguments: [false, true])
    func aRealChildStreamsToARealParent(compression: Bool) throws {
        var options = RealNetdata.Options()
        options.compression = compression
        options.hostname = "parent"
        let parent = try RealNetdata(options)
        options.destination = "127.0.0.1:\(parent.port)"
        options.plugins = ["proc"]
        options.mode = "none"
        options.hasWeb = false
        options.hostname = "child"
        let child = try RealNetdata(options)
        let arrived = try eventually(withinSeconds: 20) {
            let info = try JSONValue(parent.get("/api/v1/info"))
            guard info["mirrored_hosts"].items.contains(.string("child")) else { return false }
            let charts = try JSONValue(parent.get("/host/child/api/v1/charts"))["charts"]
            return charts.members.keys.contains("system.cpu")
        }
        #expect(arrived, "\(parent.log.suffix(3000))")
        #expect(parent.log.contains("child"))
        child.stop()
        parent.stop()
        #expect(!child.daemon.isRunning && !parent.daemon.isRunning)
    }
}
