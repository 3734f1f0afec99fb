import Status

let sampleNow = 1_700_000_100.0

/// A parent with every state a host can be in.
func sampleDocument() -> StatusDocument {
    var node = StatusDocument.Node(
        hostname: "mon-1",
        guid: "00000000-0000-4000-8000-000000000000",
        version: "0.1.0",
        role: .parent
    )
    node.startedAt = sampleNow - 1_051_860
    node.cpuPercent = 21.4
    node.residentBytes = 123_731_968
    var document = StatusDocument(at: sampleNow, node: node)
    document.totals = .init()
    document.totals?.inBytesPerSecond = 412_300
    document.totals?.inRawBytesPerSecond = 2_610_000
    document.totals?.samplesPerSecond = 184_200
    var local = host("mon-1", .local, 0)
    local.connection = nil
    local.address = nil
    local.historyBytesPerSecond = []
    local.inBytesPerSecond = nil
    local.inRawBytesPerSecond = nil
    var uncompressed = host("edge-nyc-7", .live, 4)
    uncompressed.connection?.compression = "none"
    uncompressed.connection?.compressionReason = "child disabled"
    uncompressed.connection?.ratioNow = 1
    uncompressed.clockOffsetSeconds = -3.12
    uncompressed.lagSeconds = 4.2
    uncompressed.problems = [
        .init(
            code: "ND-Z1",
            severity: "warning",
            text: "uncompressed: the child has `enable compression = no`",
            fix: nil
        )
    ]
    var replicating = host("db-replica", .replicating, 3)
    replicating.replication = .init(percent: 62)
    replicating.lagSeconds = 130
    replicating.hops = 2
    var down = host("web-03", .down, 6)
    down.lastDisconnect = .init(at: sampleNow - 360, code: "ND-C2", text: "read failed: end of file")
    down.problems = [.init(code: "ND-C2", severity: "error", text: "the child closed the connection", fix: nil)]
    down.gaps = [
        .init(fromAt: sampleNow - 4000, toAt: sampleNow - 3900, cause: "link", code: "ND-C3", filled: true),
        .init(fromAt: sampleNow - 360, toAt: sampleNow, cause: "child stopped"),
    ]
    var conflict = host("web-04", .conflict, 7)
    conflict.problems = [
        .init(
            code: "ND-F12",
            severity: "error",
            text: "machine GUID already streamed by web-01 (10.0.4.11); this one is 10.0.4.19",
            fix: nil
        )
    ]
    var stale = host("old-nas", .stale, 5)
    stale.version = "v1.31.0-nightly-very-long"
    var archived = host("batch-61", .archived, 9)
    archived.lastDisconnect = nil
    archived.lastDataAt = nil
    document.hosts = [
        local, archived, replicating, uncompressed, stale, host("web-01", .live, 1), host("web-02", .live, 2), down,
        conflict,
    ]
    var refusal = StatusDocument.Refusal(code: "ND-F7", text: "API key is not allowed", at: sampleNow - 3600)
    refusal.hostname = "web-09"
    refusal.address = "10.0.9.4"
    refusal.key = "…555O"
    refusal.nearestKey = "…5555 (stream.conf:41)"
    refusal.tries = 301
    refusal.lastAt = sampleNow - 3
    refusal.fix = ["on the child 10.0.9.4, in stream.conf:", "    api key = the one that ends in 5555"]
    var other = StatusDocument.Refusal(code: "ND-F3", text: "request without a machine GUID", at: sampleNow - 1500)
    other.address = "10.0.7.80"
    document.refusals = [refusal, other]
    document.events = [
        .init(
            at: sampleNow - 2,
            code: "ND-F7",
            severity: "error",
            hostGUID: nil,
            text: "API key '…555O' is not allowed. Forbidding access."
        ),
        .init(
            at: sampleNow - 360,
            code: "ND-C2",
            severity: "warning",
            hostGUID: down.guid,
            text: "read failed: end of file"
        ),
        .init(
            at: sampleNow - 900,
            code: "ND-I9",
            severity: "info",
            hostGUID: document.hosts[5].guid,
            text: "receiving metrics..."
        ),
    ]
    return document
}

func host(_ name: String, _ state: HostState, _ number: Int) -> StatusDocument.Host {
    var host = StatusDocument.Host(
        guid: "00000000-0000-4000-8000-00000000000\(number)",
        hostname: name,
        state: state
    )
    host.os = "linux"
    host.program = "netdata"
    host.version = "v1.37.1"
    host.sinceAt = sampleNow - [1_051_860, 1_050_000, 1_050_000, 41, 7200, 777_600, 360, 120, 0, 4000][number]
    host.lastDataAt = sampleNow - 0.4
    host.address = "10.0.4.1\(number)"
    host.port = 43600 + number
    host.hops = 1
    host.lagSeconds = 0.4
    host.clockOffsetSeconds = 0.02
    host.inBytesPerSecond = 4_600 + Double(number * 1000)
    host.inRawBytesPerSecond = 31_300
    host.samplesPerSecond = 2_100
    host.connects = 3
    host.disconnects = 2
    host.historyBytesPerSecond = (0..<60).map { ($0 + number) % 9 * 700 }
    host.charts = 388
    host.dimensions = 2107
    host.updateEverySeconds = 1
    host.databaseMode = "ram"
    host.retentionSeconds = 3600
    host.health = "auto-on"
    var connection = StatusDocument.Connection()
    connection.capabilities = ["VCAPS", "HLABELS", "CLAIM", "CLABELS", "COMPRESSION", "BINARY"]
    connection.compression = "lz4"
    connection.ratioNow = 6.8
    connection.ratioTotal = 6.61
    connection.key = "…5555"
    connection.decidedBy = "stream.conf:41"
    host.connection = connection
    return host
}

func emptyDocument() -> StatusDocument {
    var document = sampleDocument()
    document.hosts = [document.hosts[0]]
    document.refusals = []
    document.events = []
    document.totals?.inBytesPerSecond = 0
    document.totals?.inRawBytesPerSecond = 0
    document.totals?.samplesPerSecond = 1_240
    return document
}
