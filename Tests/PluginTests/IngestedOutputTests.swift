import Basics
import Diagnostics
import Status
import Store
import Synchronization
import Testing

@testable import Collection

/// What plugins write, in the own host's database (collectors §3).
struct IngestedOutputTests {
    private static let good = """
        CHART 'my.chart' '' "A title" 'units' fam my.context area 1234 2 '' '' 'module'
        DIMENSION one 'The one' incremental 8 1000

        CLABEL key value 1
        CLABEL_COMMIT
        FUNCTION GLOBAL "processes" 10 "help"
        BEGIN my.chart
        SET one = 5
        END
        BEGIN my.chart 2000000
        SET one=15
        END

        """

    @Test func definitionsAndValuesArriveHoweverTheyAreCut() throws {
        let text = Array(Self.good.utf8)
        for step in [text.count] + Array(1...text.count) {
            let bench = Bench()
            #expect(bench.feed(text, step: step) == .goesOn)
            #expect(bench.output.collections == 2)
            let chart = bench.host.withDatabase { database -> ChartDefinition? in
                "my.chart".withWord { database.find(chart: $0) }.flatMap { database.definition(of: $0) }
            }
            #expect(chart?.title == "A title")
            #expect(chart?.plugin == "test.plugin")
            #expect(chart?.module == "module")
            #expect(chart?.updateEvery == 2)
            #expect(chart?.type == .area)
        }
    }

    @Test(arguments: [
        "SET x = 1\n", "BEGIN no.such\n", "CHART\n", "DIMENSION d\n", "DISABLE\n",
        "CHART a.b '' t u\nDIMENSION d\nBEGIN a.b\nSET nosuch = 1\n",
    ])
    func whatWouldComeAgainDisables(_ text: String) {
        let bench = Bench()
        #expect(bench.feed(Array(text.utf8), step: text.utf8.count) == .disabled)
        #expect(bench.journal.texts.count == 1, "\(bench.journal.texts)")
    }

    @Test(arguments: ["hello world = text\n", "OVERWRITE labels\n", "RBEGIN x\n", "CLAIMED_ID a b\n"])
    func freeTextEndsTheRunOnly(_ text: String) {
        let bench = Bench()
        #expect(bench.feed(Array(text.utf8), step: text.utf8.count) == .stopped)
    }

    @Test func aLineWithoutEndEndsTheRun() {
        let bench = Bench()
        let text = [UInt8](repeating: 0x61, count: 70_000)
        #expect(bench.feed(text, step: 4096) == .stopped)
        #expect(
            bench.journal.texts == ["PLUGINSD: a line of '/p/test.plugin' is longer than 65535 bytes. Stopping it."]
        )
    }

    private final class Bench {
        let host = Host(
            guid: GUID("11111111-2222-3333-4444-555555555555")!,
            identity: HostIdentity(hostname: "own"),
            settings: HostSettings(mode: .ram),
            state: .local,
            at: 0
        )
        let journal = Texts()
        let output: IngestedOutput

        init() {
            output = IngestedOutput(
                file: PluginFile(name: "test", path: "/p/test.plugin"),
                updateEvery: 1,
                host: host,
                clock: ManualClock(),
                reporter: journal
            )
        }

        func feed(_ text: [UInt8], step: Int) -> PluginOutputResult {
            for start in stride(from: 0, to: text.count, by: step) {
                let result = text[start..<min(start + step, text.count)].withUnsafeBytes { output.feed($0) }
                if result != .goesOn { return result }
            }
            return .goesOn
        }
    }

    private final class Texts: Reporter {
        private let events = Mutex<[String]>([])
        func report(_ event: Event) { events.withLock { $0.append(event.text) } }
        var texts: [String] { events.withLock { $0 } }
    }
}
