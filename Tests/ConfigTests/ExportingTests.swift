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
        #expect(configuration(on + "[graphite:a]\ndestination = x\n").exporting.connectors.isEmpty)
        #expect(configuration(on).exporting.isEnabled && said(configuration(on)) == [])
        #expect(load(netdata: "").exporting == ExportingSettings())
    }

    @Test(
        arguments: [
            ("graphite", .graphite, .plain, "2003"), ("graphite:plaintext", .graphite, .plain, "2003"),
            ("graphite:http", .graphite, .http, "2003"), ("graphite:https", .graphite, .https, "2003"),
            ("opentsdb", .openTSDB, .plain, "4242"), ("opentsdb:telnet", .openTSDB, .plain, "4242"),
            ("opentsdb:http", .openTSDB, .http, "4242"), ("opentsdb:https", .openTSDB, .https, "4242"),
            ("json", .json, .plain, "5448"), ("json:plaintext", .json, .plain, "5448"),
            ("json:http", .json, .http, "5448"), ("json:https", .json, .https, "5448"),
            ("prometheus_remote_write", .remoteWrite, .http, "80"),
            ("prometheus_remote_write:http", .remoteWrite, .http, "80"),
            ("prometheus_remote_write:https", .remoteWrite, .https, "443"),
        ] as [(String, ExportingSettings.Format, ExportingSettings.Delivery, String)]
    )
    func types(
        type: String,
        format: ExportingSettings.Format,
        delivery: ExportingSettings.Delivery,
        port: String
    ) throws {
        let configuration = configuration(on + "[\(type):a]\nenabled = yes\n")
        #expect(said(configuration) == [])
        let connector = try #require(configuration.exporting.connectors.first)
        #expect(connector.format == format && connector.delivery == delivery && connector.type == type)
        let destination = try #require(connector.destinations.first)
        #expect(destination.port == port && destination.tls == (delivery == .https))
        #expect(destination.description == "localhost", "as it was written")
        #expect(connector.path == (format == .remoteWrite ? "/receive" : "/api/put"))
    }

    @Test(arguments: [("kinesis", "AWS Kinesis"), ("pubsub", "Google Cloud Pub/Sub"), ("mongodb", "MongoDB")])
    func whatNeedsALibraryOfItsOwn(type: String, name: String) {
        let configuration = configuration(on + "[\(type):a]\nenabled = yes\nanything = 1\n")
        #expect(said(configuration) == ["ND-E26:3"] && configuration.exporting.connectors.isEmpty)
        #expect(configuration.findings.last?.message == "\(name) support isn't compiled")
        #expect(said(self.configuration(on + "[\(type):a]\nenabled = no\nanything = 1\n")) == [])
    }

    @Test func theOptionsOfHTTPAndEncryption() throws {
        let configuration = configuration(
            on + """
                [prometheus_remote_write:a]
                    enabled = yes
                    destination = db.example:9090:SSL
                    username = me
                    password = p:w
                    remote write URL path = /api/v1/write
                    send variables = no
                    ssl skip certificate verification = no
                    ssl verify hostname = yes
                    CAfile = /etc/ca.pem
                    CApath = /etc/certs
                """
        )
        #expect(said(configuration) == [])
        let connector = try #require(configuration.exporting.connectors.first)
        #expect(connector.username == "me" && connector.password == "p:w" && connector.path == "/api/v1/write")
        #expect(!connector.sendsVariables && connector.destinations[0].tls)
        #expect(connector.encryption.certificateFile == "/etc/ca.pem" && connector.encryption.verifyHostname == .yes)
        #expect(connector.encryption.certificateDirectory == "/etc/certs")
        #expect(!connector.encryption.skipsCertificateVerification)
    }

    @Test func whatIsProbablyNotMeant() throws {
        let configuration = configuration(
            on + """
                [graphite:a]
                    enabled = yes
                    password = x
                    send variables = yes
                    CAfile = /x
                    spill size MB = 5
                [json:http:b]
                    enabled = yes
                    destination = 8.8.8.8 localhost:1:SSL
                    password = x
                    ssl skip certificate verification = yes
                [prometheus_remote_write:c]
                    enabled = yes
                    remote write URL path = http://x/receive
                    spill to disk = perhaps
                    ssl verify hostname = Yes
                """
        )
        #expect(
            said(configuration) == [
                "ND-E27:5", "ND-E27:6", "ND-E27:7", "ND-E27:8", "ND-E28:12", "ND-E29:13", "ND-E30:16", "ND-K21:17",
                "ND-K22:18", "ND-E27:18",
            ]
        )
        let connectors = configuration.exporting.connectors
        #expect(connectors.map(\.path) == ["/api/put", "/api/put", "/receive"] && connectors[2].spill == nil)
    }

    @Test func spilling() throws {
        let cache = "/var/cache/ndstream"
        func spill(_ lines: String, name: String = "a") throws -> ExportingSettings.Spill? {
            let configuration = configuration(on + "[graphite:\(name)]\nenabled = yes\n" + lines)
            #expect(said(configuration) == [])
            return try #require(configuration.exporting.connectors.first).spill
        }
        #expect(try spill("") == nil)
        let standard = try #require(try spill("spill to disk = yes"))
        #expect(standard == .init(directory: standard.directory, megabytes: 256))
        #expect(standard.directory.hasSuffix("/exporting/a") && standard.directory.hasPrefix(cache))
        let own = try spill("spill to disk = yes\nspill directory = /s\nspill size MB = 2GiB", name: "x/../y z")
        #expect(own == .init(directory: "/s/x%2f%2e%2e%2fy%20z", megabytes: 2048))
    }

    /// What operators copy from docs/exporting.md has nothing to correct.
    @Test func theExamplesOfTheDocumentation() throws {
        let text = try fixture("../../../docs/exporting.md")
        let examples = text.split(separator: "```").map(String.init).filter { $0.hasPrefix("\n[") }
        #expect(examples.count >= 8)
        for example in examples {
            let configuration = configuration(on + example)
            #expect(said(configuration) == [] && configuration.exporting.connectors.count == 1, "\(example)")
        }
    }

    /// What stands in the scrape's section of connectors' options is no mistake. What it does not say the global one does.
    @Test func theScrapesSection() {
        let text = """
            [exporting:global]
            update every = 30
            prefix = all
            [prometheus:exporter]
            prefix = x
            buffer on failures = 3
            data source = sum
            send charts matching = system.*
            send names instead of ids = no
            """
        #expect(said(configuration(text)) == [])
        var expected = ExportingSettings.Scrape()
        expected.source = .sum
        expected.prefix = "x"
        expected.sendsCharts = SimplePattern("system.*")
        expected.usesNames = false
        expected.updateEvery = 30
        #expect(configuration(text).exporting.scrape == expected)
        #expect(configuration("[exporting:global]\nprefix = all\n").exporting.scrape.prefix == "all")
        #expect(configuration("[prometheus:exporter]\n").exporting.scrape == ExportingSettings.Scrape())
        #expect(said(configuration("[prometheus:exporter]\ndata source = what\n")) == ["ND-E22:2"])
        #expect(said(configuration("[prometheus:exporter]\nprefx = x\n")) == ["ND-K14:2"])
    }

    @Test func namesThatAreNearlyOptions() {
        let found = configuration(on + "[graphite:a]\nupdate evry = 1\n").findings.last { $0.short == "ND-K14:4" }
        #expect(found?.advice == "did you mean 'update every'?")
    }

    @Test func everyValueIsPrintedWithItsOrigin() throws {
        let configuration = configuration(
            """
            [exporting:global]
                enabled = yes
                update every = 5
            [prometheus:exporter]
                prefix = scraped
            [json:https:a]
                enabled = yes
                destination = db
                spill to disk = yes
            [kinesis:k]
                enabled = no
            """
        )
        let text = configuration.printed
        let part = text[try #require(text.ranges(of: "\n# ---- exporting.conf ----\n").first).upperBound...]
        let sections = part.split(separator: "\n").filter { $0.hasPrefix("[") }
        #expect(sections == ["[exporting:global]", "[prometheus:exporter]", "[json:https:a]"])
        for line in [
            "    # exporting.conf:7\n    enabled = yes", "    # exporting.conf:3\n    update every = 5",
            "    # exporting.conf:8\n    destination = db", "    # exporting.conf:5\n    prefix = scraped",
            "    # default\n    buffer on failures = 10", "    # not set\n    # hostname =",
            "    # default\n    spill directory = /var/cache/ndstream",
        ] {
            #expect(part.contains(line), "\(line)\n\(part)")
        }
        // Read back it means the same.
        #expect(self.configuration(String(part)).exporting.connectors.map(\.prefix) == ["netdata"])
        let again = self.configuration(String(part)).exporting
        var expected = configuration.exporting
        expected.connectors[0].spill?.directory = try #require(again.connectors.first?.spill?.directory)
        #expect(again == expected)
        #expect(!load(netdata: "").printed.contains("exporting.conf"))
    }

    @Test func theTemplateHasEveryOptionAndChangesNothing() throws {
        let text = load(netdata: "").exportingTemplate
        let configuration = configuration(text)
        #expect(said(configuration) == [] && configuration.exporting == ExportingSettings())
        for option in ExportingOption.all {
            #expect(text.contains("\n    # \(option.name) ="), "\(option.name)")
            #expect(text.contains("# \(option.option.sentence) ("), "\(option.name)")
        }
        for type in ExportingType.names where !type.hasSuffix(":plaintext") && !type.hasSuffix(":telnet") {
            #expect(type == "prometheus_remote_write:http" || text.contains(" \(type)"), "\(type)")
        }
        // Whoever removes every # has what counts anyway.
        let uncommented = text.split(separator: "\n", omittingEmptySubsequences: false).map { line in
            line.hasPrefix("    # ") && line.contains(" =") && !line.contains("(") && !line.hasSuffix("=")
                ? "    " + line.dropFirst(6) : String(line)
        }.joined(separator: "\n")
        let set = self.configuration(uncommented.replacing("enabled = no", with: "enabled = yes"))
        #expect(said(set).filter { !$0.hasPrefix("ND-E27") } == [])
        let plain = self.configuration(on + "[graphite:NAME]\nenabled = yes\n")
        #expect(set.exporting == plain.exporting)
    }

    /// As a 1.37.1 says it of the same sections.
    @Test func sectionsThatAreNone() {
        let configuration = configuration(
            on + "[foo:o2]\nenabled = yes\n[graphite]\nenabled = yes\n[graphite:http]\nenabled = yes\n"
                + "[graphite:a]\nenabled = yes\n[json:a]\nenabled = yes\n[prometheus:exporter]\n"
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
                "ND-E22:5", "ND-K26:6", "ND-K23:7", "ND-K26:8", "ND-K14:9", "ND-K39:10", "ND-K39:10",
            ]
        )
        let connector = try #require(configuration.exporting.connectors.first)
        #expect(connector.source == .average && connector.updateEvery == 1 && connector.bufferedBatches == 10)
        #expect(connector.timeoutMilliseconds == 3_600_000 && connector.destinations.map(\.host) == ["a", "d"])
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
