import Basics
import Status
import Testing

@testable import Store

/// How long a reader keeps the writer out, counted in what it does meanwhile (law 3).
@Suite("Short locks") struct LockTests {
    private static func host(charts: Int, dimensions: Int, seconds: Int = 0, mode: MemoryMode = .ram) -> Host {
        let host = Host(
            guid: someGUID,
            identity: HostIdentity(hostname: "web01"),
            settings: HostSettings(mode: mode, history: 3600),
            state: .live,
            at: 0
        )
        host.withDatabase { database in
            for chart in 0..<charts {
                let ref = database.define(ChartDefinition(id: "a.c\(chart)"), now: at(Double(start)))!
                for index in 0..<dimensions { database.define(dimension(.absolute, "d\(index)"), in: ref) }
                for second in 0..<seconds {
                    database.load(
                        Array(repeating: Double(second), count: dimensions),
                        at: start + Int64(second),
                        into: ref
                    )
                }
            }
        }
        return host
    }

    @Test("many charts are taken in batches of bounded work", arguments: [(1000, 5), (500, 0), (3, 700), (40, 120)])
    func batches(charts: Int, dimensions: Int) {
        let host = Self.host(charts: charts, dimensions: dimensions)
        let refs = host.withDatabase { $0.refs }
        var (next, locks, largest) = (0, 0, 0)
        while next < refs.count {
            let batch = host.takeBatch(of: refs, from: &next) { $0.snapshot(of: $1) }
            largest = max(largest, (batch.count - 1) * (dimensions + Host.workOfAChart))
            locks += 1
        }
        #expect(largest < Host.workPerLock)
        #expect(
            locks >= charts * (dimensions + Host.workOfAChart) / (Host.workPerLock + dimensions + Host.workOfAChart)
        )
        #expect(host.take { $0.definition(of: $1)?.id } == (0..<charts).map { "a.c\($0)" })
    }

    @Test("a chart that goes between two batches is left out")
    func removed() {
        let host = Self.host(charts: 300, dimensions: 1)
        let refs = host.withDatabase { $0.refs }
        var next = 0
        let first = host.takeBatch(of: refs, from: &next) { $0.definition(of: $1)?.id }
        #expect(first.count == next && next < 299)
        host.withDatabase { $0.remove(refs[299]) }
        var rest: [String] = []
        while next < refs.count { rest += host.takeBatch(of: refs, from: &next) { $0.definition(of: $1)?.id } }
        #expect(first.count + rest.count == 299)
    }

    @Test("a query of an hour copies the newest block under the lock, and shares the others")
    func sharedBlocks() {
        let host = Self.host(charts: 1, dimensions: 10, seconds: 3600)
        let ref = host.withDatabase { $0.refs[0] }
        let shared = host.withDatabase { $0.shared(ref) }
        #expect(shared.pieces.reduce(0) { $0 + $1.count } == 3600)
        let copied = shared.pieces.filter { if case .plain = $0.content { true } else { false } }.map(\.count)
        #expect(copied.count == 1)
        #expect(copied.allSatisfy { $0 <= Int(HostDatabase.rowsPerBlock) })
        #expect(shared.copied() == host.withDatabase { $0.shared(ref) }.copied())
    }

    @Test("what is shared stays as it was while the writer goes on, and after the chart is gone")
    func sharedPointsStay() {
        let host = Self.host(charts: 1, dimensions: 3, seconds: 700)
        let ref = host.withDatabase { $0.refs[0] }
        let before = host.withDatabase { $0.shared(ref) }
        let copy = before.copied()
        host.withDatabase { database in
            for second in 700..<6000 { database.load([1, 2, 3], at: start + Int64(second), into: ref) }
            database.remove(ref)
        }
        #expect(before.copied() == copy)
        #expect(copy.columns.allSatisfy { column in column.map(shown) == (0..<700).map { Double($0) } })
    }
}
