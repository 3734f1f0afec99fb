import Diagnostics
import Testing

@testable import Config

/// The document's table of node types, in every combination of what decides them.
@Suite struct NodeTypeTests {
    private func node(
        _ mode: String,
        _ web: String,
        streams: Bool,
        role: Role = .parent,
        more: String = ""
    ) -> Configuration {
        load(
            netdata: "[global]\nmemory mode = \(mode)\n[web]\nmode = \(web)",
            stream: "[stream]\nenabled = \(streams ? "yes" : "no")\ndestination = p:1\napi key = \(otherKey)\n\(more)",
            role: role
        )
    }

    /// The four rows as the document has them.
    @Test(arguments: ["ram", "save", "map", "dbengine"]) func theDocumentsRows(_ mode: String) {
        struct Row {
            var mode: String, web: String, streams: Bool
            var row: NodeType.Row, exporting: NodeType.Exporting, alarms: Bool, dashboard: Bool
        }
        let rows = [
            Row(
                mode: "none",
                web: "none",
                streams: true,
                row: .headlessCollector,
                exporting: .onlyAsCollected,
                alarms: false,
                dashboard: false
            ),
            Row(
                mode: "none",
                web: "static-threaded",
                streams: true,
                row: .headlessProxy,
                exporting: .onlyAsCollected,
                alarms: false,
                dashboard: false
            ),
            Row(
                mode: mode,
                web: "static-threaded",
                streams: true,
                row: .proxyWithDatabase,
                exporting: .possible,
                alarms: true,
                dashboard: true
            ),
            Row(
                mode: mode,
                web: "static-threaded",
                streams: false,
                row: .central,
                exporting: .possible,
                alarms: true,
                dashboard: true
            ),
        ]
        for row in rows {
            let type = node(row.mode, row.web, streams: row.streams).nodeType
            #expect(type.row == row.row)
            #expect(type.exporting == row.exporting && type.canHaveAlarms == row.alarms, "\(row)")
            #expect(type.hasDashboard == row.dashboard, "\(row)")
        }
    }

    @Test func everyCombinationIsARow() {
        var seen: Set<NodeType.Row> = []
        for keeps in [false, true] {
            for listens in [false, true] {
                for streams in [false, true] {
                    let type = node(keeps ? "ram" : "none", listens ? "static-threaded" : "none", streams: streams)
                        .nodeType
                    #expect(type == NodeType(keeps: keeps, listens: listens, streams: streams))
                    #expect(seen.insert(type.row).inserted)
                    #expect(type.hasDashboard == (keeps && listens) && type.canHaveRegistry == listens)
                    #expect(type.canHaveAlarms == keeps && (type.exporting == .possible) == keeps)
                }
            }
        }
        #expect(seen == Set(NodeType.Row.allCases))
    }

    @Test func whatIsForcedOffIsSaid() {
        func said(_ configuration: Configuration) -> [String] { configuration.nodeTypeFindings.map(\.condition.code) }
        #expect(said(node("ram", "static-threaded", streams: false)) == ["ND-K77"])
        #expect(
            said(node("none", "static-threaded", streams: true)) == ["ND-K77", "ND-K52"],
            "health is on by default"
        )
        #expect(said(node("none", "none", streams: true)) == ["ND-K77", "ND-K52", "ND-K78"])
        #expect(said(load(role: .agent)) == ["ND-K77", "ND-K78"], "the agent's preset asks for no health")
        let health = node("none", "static-threaded", streams: true).nodeTypeFindings[1]
        #expect(health.message.contains("can't have health monitoring without a database"))
        #expect(health.origin.description == "netdata.conf:2")
    }

    @Test func itIsToldInOneLine() {
        let line = node("none", "static-threaded", streams: true, more: "[\(key)]\nenabled = yes").nodeTypeFindings[0]
        #expect(
            line.message == "This node is a headless proxy: memory mode none, web mode static-threaded, stream enabled "
                + "yes; exporting only for data source = as collected, alarms not possible, dashboard no; keys enabled: 1."
        )
        #expect(node("ram", "none", streams: false).nodeTypeFindings[0].message.hasSuffix("no child can connect."))
        #expect(
            node("ram", "static-threaded", streams: false).nodeTypeFindings[0].message
                .hasSuffix("no key is enabled, so no child can connect.")
        )
    }

    @Test func thePrintedConfigurationBeginsWithIt() {
        let printed = node("none", "none", streams: true).printed
        #expect(
            printed.contains(
                "# This node is a headless collector: memory mode none, web mode none, stream enabled yes."
            )
        )
    }

    // MARK: What it is to its neighbours

    @Test func whoTakesChildrenAndStreamsThemOnIsAProxy() {
        func position(
            _ mode: String,
            _ web: String,
            streams: Bool,
            role: Role = .parent,
            more: String = ""
        ) -> NodeType.Position {
            node(mode, web, streams: streams, role: role, more: more).position(of: role)
        }
        let accepted = "[\(key)]\nenabled = yes\n"
        #expect(position("ram", "static-threaded", streams: false) == .parent)
        #expect(position("ram", "static-threaded", streams: false, more: accepted) == .parent)
        #expect(position("ram", "static-threaded", streams: true, more: accepted) == .proxy)
        #expect(position("none", "static-threaded", streams: true, role: .agent, more: accepted) == .proxy)
        #expect(position("none", "static-threaded", streams: true, role: .agent) == .agent)
        #expect(position("none", "none", streams: true, role: .agent, more: accepted) == .agent)
        #expect(position("ram", "static-threaded", streams: true, more: "[\(key)]\nenabled = no") == .parent)
        let own = "default proxy enabled = yes\ndefault proxy destination = q:1\ndefault proxy api key = \(otherKey)\n"
        #expect(position("ram", "static-threaded", streams: false, more: accepted + own) == .proxy)
    }
}
