import Testing

/// A real 1.37.1 child streams to our parent.
@Suite(.serialized, .enabled(if: RealNetdata.isThere))
struct RealChildTests {
    @Test(arguments: [false, true])
    func everyChartAndDimensionArrives(compression: Bool) throws {
        let port = freePort()
        let parent = try NodeUnderTest(.parent(port: port, compression: compression), port: port)
        var options = RealNetdata.Options()
        options.hostname = "child"
        options.plugins = ["proc", "diskspace", "idlejitter", "apps"]
        options.destination = "127.0.0.1:\(port)"
        options.compression = compression
        let child = try RealNetdata(options)
        let arrived = try eventually(withinSeconds: 40) {
            guard try parent.hosts().contains("child") else { return false }
            let own = try child.charts(of: "child")
            return try own.keys.contains("apps.cpu") && Set(parent.charts(of: "child").keys).isSuperset(of: own.keys)
        }
        #expect(arrived, "\(parent.log.suffix(3000))")
        let mirrored = try parent.charts(of: "child")
        for (id, chart) in try child.charts(of: "child") {
            for name in ["title", "units", "family", "context", "chart_type", "priority", "plugin", "module"] {
                #expect(mirrored[id]?[name] == chart[name], "\(id) \(name)")
            }
            #expect(
                mirrored[id]?["dimensions"].members.keys.sorted() == chart["dimensions"].members.keys.sorted(),
                "\(id)"
            )
        }
        #expect(!parent.log.contains("ERROR"), "\(parent.log)")
        // One connection, never lost.
        #expect(child.log.matches(of: /established link with negotiated capabilities/).count == 1)
    }
}
