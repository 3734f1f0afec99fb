import Diagnostics

@testable import SelfTest

/// A real 1.37.1 with one certificate and a port of each mode.
struct RealParent {
    private let daemon: RealNetdata
    private let ports: [Combination.Port: Int]

    /// - Parameter credential: `nil` for one without TLS.
    init(_ credential: Combination.Credential?, _ credentials: Credentials) throws {
        var options = RealNetdata.Options()
        options.key = Bench.key
        options.hostname = "parent"
        let port = freePort()
        guard let credential else {
            ports = [.noTLS: port]
            daemon = try RealNetdata(options, port: port)
            return
        }
        // The one that answers in plain what the harness waits for is the daemon's own.
        let ports = [.optional: port, .standard: freePort(), .force: freePort()] as [Combination.Port: Int]
        self.ports = ports
        let rights = "=dashboard|streaming"
        options.extra = """
            [web]
                bind to = 127.0.0.1:\(ports[.standard]!)\(rights) 127.0.0.1:\(port)\(rights)^SSL=optional \
            127.0.0.1:\(ports[.force]!)\(rights)^SSL=force
                ssl key = \(credentials.key(credential))
                ssl certificate = \(credentials.certificate(credential))

            """
        daemon = try RealNetdata(options, port: port)
    }

    /// Brings a child of ours to it, and sees what comes of it.
    func meet(_ combination: Combination, _ hostname: String, in bench: Bench) throws -> Observation {
        let logged = daemon.log.utf8.count
        let wire = try Wiretap(bench.group, to: ports[combination.port]!)
        let child = try ChildUnderTest(combination, port: wire.port, hostname: hostname, in: bench)
        var isStream = false
        _ = eventually(withinSeconds: 10) {
            if child.isConnected { child.collect() }
            // As long as it has not heard of the child, it answers with an error.
            isStream = (try? daemon.charts(of: hostname))?.keys.contains(ChildUnderTest.chart) == true
            return isStream || child.hasFailed && wire.record.isOver
        }
        let (record, words) = (wire.record, child.words)
        child.stop()
        wire.stop()
        var refusals: [Observation.Word] = []
        // Its log is a little behind: what it says of handshakes is not of a child that shakes none, but of the one before.
        let others = combination.child == .plain ? ["ND-T355"] : ["ND-T314", "ND-T349"]
        // Of clients that it cannot encrypt for it says nothing, however long one waits.
        let isUnable = combination.port == .noTLS || combination.credential == .keyMismatch
        let isMute = combination.child != .plain && isUnable
        _ = eventually(withinSeconds: isMute ? 0.5 : 5) {
            let log = String(decoding: Array(daemon.log.utf8.dropFirst(logged)), as: UTF8.self)
            refusals = isStream ? [] : refusedBecause(log).filter { !others.contains($0.code) }
            return isStream || !refusals.isEmpty
        }
        return Observation(
            combination,
            isStream: isStream,
            record,
            child: words,
            parent: refusals
        )
    }

    func stop() { daemon.stop() }
}

/// What `ndstream tail` makes of a real node's log, as far as it tells why there is no stream.
func refusedBecause(_ log: some StringProtocol) -> [Observation.Word] {
    // A stream's end, and what a child says every second as long as it has none.
    let others = ["ND-C2", "ND-C5", "ND-C11", "ND-C20", "ND-C87"]
    let matcher = TemplateMatcher()
    var words: [Observation.Word] = []
    for line in log.split(separator: "\n") {
        let found = RecognisedLine(LogLine(String(line)), matcher)
        guard let condition = found.condition, found.isStreaming, found.severity > .info else { continue }
        let word = Observation.Word(code: condition.code, line: found.line.message, fix: found.fix)
        if !others.contains(word.code), !words.contains(where: { $0.code == word.code }) { words.append(word) }
    }
    return words
}
