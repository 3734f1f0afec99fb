import Basics
import Status
import Testing

@testable import Store

/// A host whose history or memory mode is changed keeps its points as far as they fit.
@Suite struct ReconfigureTests {
    private func host(_ mode: MemoryMode, _ history: Int, points: Int) -> (Host, ChartRef) {
        let host = Host(
            guid: GUID("aaaaaaaa-0137-11ee-8000-000000000001")!,
            identity: HostIdentity(hostname: "a"),
            settings: HostSettings(mode: mode, history: history),
            state: .connecting,
            at: 0
        )
        let ref = host.withDatabase { database in
            let ref = database.define(ChartDefinition(id: "a.b"), now: 0)!
            database.define(DimensionDefinition(id: "d"), in: ref)
            return ref
        }
        add(points, to: host, ref)
        return (host, ref)
    }

    private func add(_ points: Int, to host: Host, _ ref: ChartRef) {
        host.withDatabase { database in
            let start = max(database.lastUpdated, 1_000_000)
            for offset in 1...Int64(max(1, points)) where points > 0 {
                database.load([Double((start + offset) % 1000)], at: start + offset, into: ref)
            }
        }
    }

    /// From when to when there are points; a wrong value is found at once.
    private func times(_ host: Host, _ ref: ChartRef) -> [Int64] {
        let points: StoredPoints = host.withDatabase { $0.points(of: ref) }
        var time: Int64 = points.firstTime
        for code: UInt32 in points.columns[0] {
            #expect(StorageNumber.decode(code)?.rounded() == Double(time % 1000))
            time += 1
        }
        return [points.firstTime, points.lastTime]
    }

    @Test(arguments: [5, 100, 255, 256, 257, 512, 600]) func aSmallerHistoryKeepsTheNewest(history: Int) {
        let (host, ref) = host(.alloc, 1000, points: 900)
        host.reconfigure(HostSettings(mode: .alloc, history: history))
        let before: [Int64] = [1_000_901 - Int64(history), 1_000_900]
        #expect(times(host, ref) == before)
        add(700, to: host, ref)
        let after: [Int64] = [1_001_601 - Int64(history), 1_001_600]
        #expect(times(host, ref) == after)
    }

    @Test func aLargerHistoryKeepsAllThereIs() {
        let (host, ref) = host(.alloc, 300, points: 900)
        host.reconfigure(HostSettings(mode: .alloc, history: 2000))
        #expect(times(host, ref) == [1_000_601, 1_000_900])
        add(900, to: host, ref)
        #expect(times(host, ref) == [1_000_601, 1_001_800])
        add(2000, to: host, ref)
        #expect(times(host, ref) == [1_001_801, 1_003_800])
    }

    @Test func anotherModeInMemoryKeepsThePoints() {
        let (host, ref) = host(.alloc, 300, points: 290)
        host.reconfigure(HostSettings(mode: .ram, history: 300))
        #expect(host.settings.history == 1024)
        #expect(times(host, ref) == [1_000_001, 1_000_290])
    }

    @Test func noneKeepsNoneAndWhatComesAfterwardsIsKeptAgain() {
        let (host, ref) = host(.alloc, 300, points: 290)
        host.reconfigure(HostSettings(mode: .none))
        #expect(host.withDatabase { $0.retention(of: ref).points } == 0)
        #expect(host.withDatabase { $0.pointBytes } == 0)
        add(10, to: host, ref)
        #expect(host.withDatabase { $0.retention(of: ref).points } == 0)
        host.reconfigure(HostSettings(mode: .alloc, history: 300))
        add(10, to: host, ref)
        #expect(times(host, ref) == [1_000_301, 1_000_310])
    }

    @Test func theStampChangesWithDefinitionsOnly() {
        let (host, ref) = host(.alloc, 300, points: 10)
        let before = host.withDatabase { $0.definitionsStamp }
        #expect(before != 0)
        add(10, to: host, ref)
        #expect(host.withDatabase { $0.definitionsStamp } == before)
        host.withDatabase { _ = $0.define(DimensionDefinition(id: "e"), in: ref) }
        let after = host.withDatabase { $0.definitionsStamp }
        #expect(after != before)
        host.withDatabase { $0.remove(ref) }
        #expect(host.withDatabase { $0.definitionsStamp } == 0)
    }
}
