import Basics
import Status
import Testing

@Suite struct StatusDocumentTests {
    /// Every key that status documents of version 1 have, with a value.
    @Test func whatIsWrittenIsReadAgain() throws {
        let document = fullDocument()
        let bytes = document.json()
        let read = try StatusDocument(json: bytes)
        #expect(read == document)
        #expect(read.json() == bytes)
    }

    @Test func neighboursAreKnownByTheirAddress() {
        func host(_ guid: String, _ address: String?, hops: Int?, _ state: HostState = .live) -> StatusDocument.Host {
            var host = StatusDocument.Host(guid: guid, hostname: guid, state: state)
            host.address = address
            host.hops = hops
            return host
        }
        var document = StatusDocument(
            at: 0,
            node: StatusDocument.Node(hostname: "n", guid: "n", version: "1", role: .parent)
        )
        document.hosts = [
            host("own", nil, hops: nil), host("proxy", "10.0.0.1", hops: 1), host("behind", "10.0.0.1", hops: 2),
            host("one", "10.0.0.2", hops: 1), host("other", "10.0.0.2", hops: 1), host("unclear", "10.0.0.2", hops: 3),
            host("gone", "10.0.0.3", hops: 1, .down), host("orphan", "10.0.0.3", hops: 2),
        ]
        document.nameNeighbours()
        #expect(document.hosts.map(\.via) == [nil, nil, "proxy", nil, nil, nil, nil, nil])
    }

    @Test func unknownKeysAreIgnoredAndAbsentSectionsAreEmpty() throws {
        let read = try StatusDocument(
            json: Array(
                """
                {"schema":1,"at":5,"new":{"a":[1]},"node":{"hostname":"a","guid":"g","version":"1","program":"ndstream",
                "role":"agent","later":true},"hosts":[{"guid":"g","hostname":"a","state":"dreaming","gaps":null}]}
                """.utf8
            )
        )
        #expect(read.hosts.first?.state == .unknown)
        #expect(read.hosts.first?.gaps.isEmpty == true)
        #expect(read.totals == nil)
        #expect(read.links.isEmpty)
    }

    /// The document shows no API key in full, whatever the log says.
    @Test func keysAreMasked() {
        let key = "11111111-2222-3333-4444-555555555555"
        #expect(maskedKey(key) == "…5555")
        #expect(maskingKeys(["key": key, "host": "web01"]) == ["key": "…5555", "host": "web01"])
        #expect(maskingKeys(["key": ""]) == ["key": ""])
        #expect(maskingKeys(["host": "web01"]) == ["host": "web01"])
    }

    @Test func anotherSchemaIsNamed() {
        #expect(throws: StatusReadError.schema(2)) { try StatusDocument(json: Array(#"{"schema":2}"#.utf8)) }
    }

    @Test func whatIsWrongIsNamed() {
        #expect(throws: StatusReadError.malformed("it is not JSON")) { try StatusDocument(json: Array("<html>".utf8)) }
        #expect(throws: StatusReadError.malformed("it is not JSON")) { try StatusDocument(json: []) }
        #expect(throws: StatusReadError.malformed("node is missing")) {
            try StatusDocument(json: Array(#"{"schema":1,"at":1}"#.utf8))
        }
        #expect(throws: StatusReadError.malformed("hosts[0].guid is missing")) {
            try StatusDocument(
                json: Array(
                    #"{"schema":1,"at":1,"node":{"hostname":"a","guid":"g","version":"1","program":"p","role":"agent"},"hosts":[{}]}"#
                        .utf8
                )
            )
        }
    }

    /// A document cut anywhere is an error, never a trap.
    @Test func aDocumentCutAnywhereIsRefused() {
        var small = fullDocument()
        small.hosts = [small.hosts[0]]
        small.hosts[0].historyBytesPerSecond = []
        let bytes = small.json()
        for end in stride(from: 0, to: bytes.count, by: 3) {
            #expect(throws: StatusReadError.self) { try StatusDocument(json: Array(bytes[..<end])) }
        }
    }

    @Test func listsAreCutAtTheirLimitAndSaySo() throws {
        var document = fullDocument()
        document.refusals = (0..<StatusLimits.refusals).map { .init(code: "ND-F4", text: "", at: Double($0)) }
        #expect(try StatusDocument(json: document.json()).dropped == nil)
        document.refusals.append(.init(code: "ND-F4", text: "one beyond", at: 0))
        document.hosts[0].gaps = (0...StatusLimits.gaps).map { .init(fromAt: Double($0), toAt: 1, cause: "link") }
        let read = try StatusDocument(json: document.json())
        #expect(read.refusals.count == StatusLimits.refusals)
        #expect(read.dropped == ["refusals": 1])
        #expect(read.hosts[0].gaps.count == StatusLimits.gaps)
        #expect(read.hosts[0].gaps[0].fromAt == 1)
        #expect(read.hosts[0].dropped == ["gaps": 1])
    }

    @Test func raisedAlarmsAreCutAtTheirLimitAndSaySo() throws {
        var document = fullDocument()
        func alarm(_ number: Int) -> StatusDocument.RaisedAlarm {
            .init(hostGUID: "g", hostname: "h", chart: "c", name: "\(number)", status: "WARNING")
        }
        document.alarms?.raised = (0..<StatusLimits.raisedAlarms).map(alarm)
        #expect(try StatusDocument(json: document.json()).alarms?.dropped == nil)
        document.alarms?.raised.append(alarm(StatusLimits.raisedAlarms))
        let read = try #require(try StatusDocument(json: document.json()).alarms)
        #expect(read.raised.count == StatusLimits.raisedAlarms && read.raised.last?.name == "4999")
        #expect(read.dropped == ["raised": 1])
    }

    /// Counts alone, as nodes wrote them first.
    @Test func alarmsWithoutAListAreRead() throws {
        let read = try StatusDocument(
            json: Array(
                """
                {"schema":1,"at":5,"node":{"hostname":"a","guid":"g","version":"1","program":"ndstream","role":"agent"},
                "alarms":{"warning":1,"critical":2,"total":3}}
                """.utf8
            )
        )
        #expect(read.alarms == .init(warning: 1, critical: 2, total: 3))
    }

    @Test func theWorstAndNewestAlarmsComeFirst() {
        func alarm(_ name: String, _ status: String, _ since: Double?) -> StatusDocument.RaisedAlarm {
            var alarm = StatusDocument.RaisedAlarm(hostGUID: "g", hostname: "h", chart: "c", name: name, status: status)
            alarm.sinceAt = since
            return alarm
        }
        let alarms = [
            alarm("a", "WARNING", 9), alarm("c", "WARNING", nil), alarm("b", "WARNING", nil), alarm("d", "CRITICAL", 1),
            alarm("e", "CRITICAL", 2),
        ]
        #expect(alarms.sorted(by: StatusDocument.RaisedAlarm.isWorse).map(\.name) == ["e", "d", "a", "b", "c"])
    }

    @Test func keysAreShownMasked() {
        #expect(maskedKey("11111111-2222-3333-4444-555555555abc") == "…5abc")
        #expect(maskedKey("") == "…")
    }
}

private func fullDocument() -> StatusDocument {
    var node = StatusDocument.Node(hostname: "mon-1", guid: "guid-0", version: "0.1.0", role: .parent)
    node.startedAt = 1_700_000_000.5
    node.cpuPercent = 12.5
    node.residentBytes = 10
    node.fileDescriptors = 11
    node.fileDescriptorsMax = 12
    node.threads = 4
    node.configDirectory = "/etc/ndstream"
    node.configProblems = 1
    node.databaseMode = "ram"
    node.compression = true
    node.tls = .mixed
    var document = StatusDocument(at: 1_700_000_100.25, node: node)
    document.totals = .init()
    document.totals?.inBytesPerSecond = 1
    document.totals?.inRawBytesPerSecond = 2
    document.totals?.outBytesPerSecond = 3
    document.totals?.samplesPerSecond = 4
    document.hosts = [fullHost(), .init(guid: "guid-2", hostname: "bare \u{1b}[31m\"\\ name", state: .archived)]
    document.links = [fullLink()]
    var refusal = StatusDocument.Refusal(code: "ND-F4", text: "API key is not allowed", at: 7)
    refusal.hostname = "web-09"
    refusal.guid = "guid-9"
    refusal.key = "…555O"
    refusal.address = "10.0.9.4"
    refusal.decidedBy = "stream.conf:41"
    refusal.nearestKey = "…5555"
    refusal.fix = ["api key = 1"]
    document.refusals = [refusal]
    document.events = [.init(at: 8, code: "ND-I2", severity: "info", hostGUID: "guid-1", text: "connected")]
    var store = StatusDocument.Store(mode: "dbengine")
    store.segments = 1
    store.bytes = 2
    store.quotaBytes = 3
    store.oldestAt = 4
    store.journalBytes = 5
    store.degraded = .init(code: "ND-S1", sinceAt: 6, text: "disk full")
    document.store = store
    document.alarms = .init(warning: 1, critical: 2, total: 3)
    var raised = StatusDocument.RaisedAlarm(
        hostGUID: "guid-1",
        hostname: "web-01",
        chart: "system.load",
        name: "load_average_1",
        status: "WARNING"
    )
    raised.sinceAt = 7
    raised.valueText = "16.1 load"
    raised.info = "system one-minute load average"
    raised.classification = "Utilization"
    raised.recipient = "sysadmin"
    raised.source = "53@/etc/netdata/health.d/load.conf"
    raised.silenced = true
    document.alarms?.raised = [raised]
    var exporter = StatusDocument.Exporter(name: "g", type: "graphite")
    exporter.sent = 1
    exporter.lastError = "refused"
    document.exporters = [exporter]
    return document
}

private func fullHost() -> StatusDocument.Host {
    var host = StatusDocument.Host(guid: "guid-1", hostname: "web-01", state: .live)
    host.hostnameBefore = "web-1"
    host.os = "linux"
    host.program = "netdata"
    host.version = "v1.37.1"
    host.sinceAt = 1
    host.lastDataAt = 2
    host.firstSeenAt = 3
    host.expiresAt = 4
    host.address = "10.0.0.4"
    host.port = 43602
    host.hops = 1
    host.via = "guid-3"
    var connection = StatusDocument.Connection()
    connection.version = 5
    connection.capabilities = ["VCAPS", "HLABELS"]
    connection.compression = "none"
    connection.compressionReason = "child disabled"
    connection.ratioNow = 1.5
    connection.ratioTotal = 2.5
    connection.tls = .init(version: "1.3")
    connection.tls?.verified = true
    connection.key = "…5555"
    connection.decidedBy = "stream.conf:41"
    host.connection = connection
    host.inBytesPerSecond = 1
    host.inRawBytesPerSecond = 2
    host.samplesPerSecond = 3
    host.lagSeconds = 0.5
    host.clockOffsetSeconds = -3.25
    host.connects = 1
    host.disconnects = 0
    host.historyBytesPerSecond = Array(0..<60)
    host.lastDisconnect = .init(at: 1, code: "ND-C27", text: "socket closed")
    var replication = StatusDocument.Replication(percent: 62)
    replication.chartsLeft = 3
    replication.remainingSeconds = 95
    replication.fromAt = 1
    replication.toAt = 2
    host.replication = replication
    host.charts = 388
    host.dimensions = 2107
    host.updateEverySeconds = 1
    host.databaseMode = "ram"
    host.retentionSeconds = 3600
    host.storedBytes = 9
    host.ephemeral = false
    host.health = "auto-on"
    host.gaps = [.init(fromAt: 1, toAt: 2, cause: "link", code: "ND-C27", filled: true)]
    host.problems = [.init(code: "ND-Z1", severity: "warning", text: "uncompressed", fix: "enable compression = yes")]
    host.alarms = .init(warning: 1, critical: 0, total: 1)
    return host
}

private func fullLink() -> StatusDocument.Link {
    var link = StatusDocument.Link(hostGUID: "guid-0", state: .waiting)
    link.destination = "10.0.0.5:19999"
    link.retryAt = 1
    link.attempts = 2
    link.lastError = .init(at: 1, code: "ND-C1", text: "refused", evidence: "SSH-2.0")
    link.compression = "lz4"
    link.capabilities = ["VCAPS"]
    link.outBytesPerSecond = 1
    link.bufferBytes = 2
    link.bufferMaxBytes = 3
    link.droppedSamples = 4
    var candidate = StatusDocument.Candidate(destination: "10.0.0.5:19999")
    candidate.state = "skipped"
    candidate.skippedUntilAt = 5
    candidate.code = "ND-C1"
    link.candidates = [candidate]
    return link
}
