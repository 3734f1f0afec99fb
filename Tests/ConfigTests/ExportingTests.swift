import Basics
import Diagnostics
import Testing

@testable import Config

/// `exporting.conf` (exporting §1).
@Suite struct ExportingTests {
    private func configuration(_ text: String, mode: String = "ram", stream: String = "") -> Configuration {
        let files = [
            "/etc/ndstream/netdata.conf": "[db]\nmode = \(mode)", "/etc/ndstream/stream.conf": stream,
            "/etc/ndstream/exporting.conf": text,
        ]
        var overrides = Overrides()
        overrides.configDirectory = "/etc/ndstream"
        return load(files: files, overrides: overrides)
    }

    private func said(_ configuration: Configuration) -> [String] {
        configuration.findings.filter { $0.file.hasSuffix("exporting.conf") }.map(\.short)
    }

    private let on = "[exporting:global]\nenabled = yes\n"

    @Test func theDefaults() throws {
        let configuration = configuration(on + "[graphite:a]\nenabled = yes\n")
        #expect(said(configuration) == [] && configuration.files.last == "/etc/ndstream/exporting.conf")
        let connector = try #require(configuration.exporting.connectors.first)
        #expect(connector.name == "a" && connector.type == "graphite" && connector.format == .graphite)
        #expect(connector.destinations == [Destination(host: "localhost", port: "2003", description: "localhost")])
        #expect(connector.source == .average && connector.prefix == "netdata" && connector.hostname == nil)
        #expect(connector.updateEvery == 10 && connector.bufferedBatches == 10)
        #expect(connector.timeoutMilliseconds == 10_000)
        #expect(connector.sendsCharts.matches("x") && connector.sendsHosts.matches("localhost"))
        #expect(connector.usesNames && connector.sendsConfiguredLabels && !connector.sendsAutomaticLabels)
    }

    @Test func theGlobalSectionIsTheDefaultOfAll() throws {
        let configuration = configuration(
            """
            [opentsdb:b]
                enabled = yes
                prefix = mine
            [exporting:global]
                enabled = yes
                update every = 5
                prefix = all
                hostname = me
                data source = volume
                buffer on failures = 3
            [graphite:plaintext:a]
                enabled = yes
                update every = 7
            """
        )
        #expect(said(configuration) == [])
        let connectors = configuration.exporting.connectors
        #expect(connectors.map(\.name) == ["b", "a"] && connectors.map(\.type) == ["opentsdb", "graphite:plaintext"])
        #expect(connectors.map(\.prefix) == ["mine", "all"] && connectors.map(\.updateEvery) == [5, 7])
        #expect(connectors.allSatisfy { $0.hostname == "me" && $0.source == .sum && $0.bufferedBatches == 3 })
        #expect(connectors[0].destinations.map(\.port) == ["4242"])
    }

    @Test func whatIsNotSwitchedOnIsOff() {
        #expect(configuration("[graphite:a]\nenabled = yes\n").exporting == ExportingSettings())
        #expect(said(configuration("[graphite:a]\nenabled = yes\n")) == ["ND-E24:2"])
        #expect(said(configuration("[graphite:a]\nenabled = no\n")) == [])
        #expect(configuration(on + "[graphite:a]\ndestination = x\n").exporting == ExportingSettings())
        #expect(load(netdata: "").exporting == ExportingSettings())
    }

    @Test(arguments: ["json", "json:http", "graphite:https", "prometheus_remote_write", "kinesis"])
    func otherTypesAreNotInThisVersion(type: String) {
        let configuration = configuration(on + "[\(type):a]\nenabled = yes\nanything = 1\n")
        #expect(said(configuration) == ["ND-K73:4"] && configuration.exporting.connectors.isEmpty)
        #expect(configuration.findings.last { $0.short == "ND-K73:4" }?.message.contains("[\(type):a]") == true)
    }

    /// As a 1.37.1 says it of the same sections.
    @Test func sectionsThatAreNone() {
        let configuration = configuration(
            on + "[foo:o2]\nenabled = yes\n[graphite]\nenabled = yes\n[graphite:http]\nenabled = yes\n"
                + "[graphite:a]\nenabled = yes\n[json:a]\nenabled = yes\n[prometheus:exporter]\nprefix = x\n"
        )
        let messages = configuration.findings.filter { $0.file.hasSuffix("exporting.conf") }.map(\.message)
        #expect(
            messages == [
                "Section (foo) does not specify a valid connector",
                "Section (graphite) does not specify a valid connector",
                "Section (graphite:http) does not specify a valid connector", "Instance (a) already exists",
            ]
        )
        #expect(configuration.exporting.connectors.map(\.name) == ["a"])
    }

    @Test func valuesThatAreNone() throws {
        let configuration = configuration(
            on + """
                [graphite:a]
                    enabled = yes
                    data source = weird
                    update every = 0
                    buffer on failures = many
                    timeout ms = 99999999999
                    tiemout ms = 1
                    destination = a:1 udp:b [c d:2:SSL
                """
        )
        #expect(
            said(configuration) == [
                "ND-E22:5", "ND-K26:6", "ND-K23:7", "ND-K26:8", "ND-K14:9", "ND-K39:10", "ND-K39:10", "ND-K72:10",
            ]
        )
        let connector = try #require(configuration.exporting.connectors.first)
        #expect(connector.source == .average && connector.updateEvery == 1 && connector.bufferedBatches == 10)
        #expect(connector.timeoutMilliseconds == 3_600_000 && connector.destinations.map(\.host) == ["a"])
        #expect(
            self.configuration(on + "[graphite:a]\nenabled = yes\ndestination = udp:x\n").exporting.connectors.isEmpty
        )
    }

    @Test(arguments: ["as collected", "raw", "as-collected", "as_collected", "ascollected"])
    func asCollected(word: String) {
        let text = on + "[graphite:a]\nenabled = yes\ndata source = \(word)\n"
        #expect(configuration(text).exporting.connectors.map(\.source) == [.asCollected])
        let headless = configuration(text, mode: "none")
        #expect(headless.exporting.connectors.count == 1 && said(headless) == [])
    }

    @Test func withoutADatabaseOnlyAsCollected() {
        let text = on + "[graphite:a]\nenabled = yes\ndata source = average\n"
        let headless = configuration(text, mode: "none")
        #expect(said(headless) == ["ND-E23:5"] && headless.exporting.connectors.isEmpty)
        // Unless a child has one here.
        let parent = configuration(text, mode: "none", stream: "[\(key)]\nenabled = yes\ndefault memory mode = ram")
        #expect(said(parent) == ["ND-E23:5"] && parent.exporting.connectors.count == 1)
    }

    @Test func connectorsHaveALimit() {
        func text(_ count: Int) -> String {
            on + (0..<count).map { "[graphite:a\($0)]\nenabled = yes\n" }.joined()
        }
        let most = ExportingSettings.mostConnectors
        #expect(configuration(text(most)).exporting.connectors.count == most && said(configuration(text(most))) == [])
        let more = configuration(text(most + 1))
        #expect(more.exporting.connectors.count == most && said(more) == ["ND-E25:\(3 + 2 * most)"])
    }
}
