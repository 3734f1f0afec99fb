import Glibc
import Testing

/// How long: `NDSTREAM_SOAK_MINUTES`, which `make soak` sets.
enum Soak {
    static let minutes = getenv("NDSTREAM_SOAK_MINUTES").flatMap { Int(String(cString: $0)) } ?? 0

    /// What a child says at its start, as an error although it is none: both lines come before the first connection.
    static let normal = ["[send]: not ready", "Clearing stream_collected_metrics flag"]
}

/// Streams between real daemons and ours that last. Not part of `make test`, which has no time for it.
@Suite(.serialized, .enabled(if: Soak.minutes > 0 && RealNetdata.isThere))
struct SoakTests {
    /// A pair of nodes, of which one streams to the other.
    private struct Pair {
        var name: String
        var child: any AnswersAPI
        var parent: any AnswersAPI
    }

    /// Real children to our parents and our agents to real parents, plain and LZ4, all at the same time.
    @Test func nothingIsLostBetweenRealDaemonsAndOurs() throws {
        let pairs = try [false, true].flatMap { [try realToOurs(compression: $0), try oursToReal(compression: $0)] }
        for pair in pairs {
            let connected = try eventually(withinSeconds: 40) { try pair.parent.hosts().contains("child") }
            try #require(connected, "\(pair.name): \(pair.parent.log.suffix(2000))")
        }
        sleep(UInt32(Soak.minutes * 60))
        let end = Int(time(nil)) - 4
        for pair in pairs { try check(pair, from: end - Soak.minutes * 60 + 30, to: end) }
    }

    private func check(_ pair: Pair, from start: Int, to end: Int) throws {
        let own = try pair.child.charts(of: "child")
        let mirrored = try pair.parent.charts(of: "child")
        #expect(Set(own.keys).subtracting(mirrored.keys).sorted() == [], "\(pair.name): charts that did not arrive")
        var values = 0
        for (id, chart) in own where chart["update_every"].number == 1 {
            #expect(
                mirrored[id]?["dimensions"].members.keys.sorted() == chart["dimensions"].members.keys.sorted(),
                "\(pair.name) \(id)"
            )
            let ours = try pair.child.data(id, of: "child", after: start, before: end)
            let theirs = try pair.parent.data(id, of: "child", after: start, before: end)
            values += theirs.values
            let lost = ours.rows.keys.sorted().filter { time in
                zip(ours.rows[time] ?? [], theirs.rows[time] ?? []).contains { $0 != nil && $1 == nil }
                    || theirs.rows[time] == nil
            }
            #expect(lost.isEmpty, "\(pair.name) \(id): \(lost.count) seconds lost, the first \(lost.prefix(3))")
        }
        print("soak: \(pair.name): \(values) values in \(end - start) seconds")
        #expect(values > 100 * (end - start))
        for node in [pair.child, pair.parent] {
            let errors = node.log.split(separator: "\n").filter { line in
                line.contains("ERROR") && line.contains("STREAM") && !Soak.normal.contains { line.contains($0) }
            }
            #expect(errors.isEmpty, "\(pair.name): \(errors.prefix(5))")
        }
        let links = pair.child.log.matches(of: /established link with negotiated capabilities/).count
        #expect(links == 1, "\(pair.name): one connection, never lost")
    }

    private func realToOurs(compression: Bool) throws -> Pair {
        let port = freePort()
        let parent = try NodeUnderTest(.parent(port: port, compression: compression), port: port)
        var options = RealNetdata.Options()
        options.hostname = "child"
        options.plugins = ["proc", "diskspace", "idlejitter"]
        options.destination = "127.0.0.1:\(port)"
        options.compression = compression
        let child = try RealNetdata(options)
        return Pair(name: "1.37.1 to ndstream, \(compression ? "LZ4" : "plain")", child: child, parent: parent)
    }

    private func oursToReal(compression: Bool) throws -> Pair {
        var options = RealNetdata.Options()
        options.hostname = "parent"
        options.compression = compression
        let parent = try RealNetdata(options)
        let port = freePort()
        let child = try NodeUnderTest(
            .agent(destination: parent.port, port: port, hostname: "child", compression: compression),
            port: port
        )
        return Pair(name: "ndstream to 1.37.1, \(compression ? "LZ4" : "plain")", child: child, parent: parent)
    }
}
