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
        var findings: [String] = []
        // What the child has had for a moment only is still on its way.
        let arrived = try eventually(withinSeconds: 40) {
            guard try parent.hosts().contains("child") else { return false }
            let own = try child.charts(of: "child")
            findings = try Self.differences(own, parent.charts(of: "child"))
            return own.keys.contains("apps.cpu") && findings.isEmpty
        }
        #expect(arrived, "\(findings.prefix(20).joined(separator: "\n"))\n\(parent.log.suffix(3000))")
        #expect(!parent.log.contains("ERROR"), "\(parent.log)")
        // One connection, never lost.
        #expect(child.log.matches(of: /established link with negotiated capabilities/).count == 1)
    }

    private static func differences(_ own: [String: JSONValue], _ mirrored: [String: JSONValue]) -> [String] {
        var findings: [String] = []
        for (id, chart) in own.sorted(by: { $0.key < $1.key }) {
            for name in ["title", "units", "family", "context", "chart_type", "priority", "plugin", "module"]
            where mirrored[id]?[name] != chart[name] { findings.append("\(id) \(name)") }
            let (all, there) = (dimensions(chart), dimensions(mirrored[id]))
            if all != there { findings.append("\(id): \(all), mirrored \(there)") }
        }
        return findings
    }

    private static func dimensions(_ chart: JSONValue?) -> [String] { chart?["dimensions"].members.keys.sorted() ?? [] }
}
