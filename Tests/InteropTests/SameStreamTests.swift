import Glibc
import System
import Testing

/// The same bytes to a real parent and to ours, in the same second: the same points.
@Suite(.serialized, .enabled(if: RealNetdata.isThere))
struct SameStreamTests {
    static let guid = "10b435c6-e656-11f1-8f87-02fc00000001"

    @Test func theSameStreamGivesTheSameData() throws {
        let real = try RealNetdata()
        let port = freePort()
        let ours = try NodeUnderTest(.parent(port: port), port: port)
        try Self.compare(real, ours, seconds: 30)
    }

    /// What the comparison itself is worth: two real parents must not differ.
    @Test func twoRealParentsAgree() throws {
        try Self.compare(try RealNetdata(), try RealNetdata(), seconds: 8)
    }

    static func compare(_ one: some AnswersAPI, _ two: some AnswersAPI, seconds: Int) throws {
        let recording = try Recording(seconds: seconds)
        let children = try [one.port, two.port].map { try Child(port: $0, hostname: "web01", guid: guid) }
        for child in children { #expect(child.reply.hasPrefix("Hit me baby"), "\(child.reply)") }
        for (index, bytes) in recording.seconds.enumerated() {
            // The definitions at once; then a second's collections every second, well inside of it.
            if index > 0 { sleepUntilNextSecond(plusMicroseconds: 300_000) }
            for child in children { try child.send(bytes) }
        }
        usleep(1_500_000)
        let end = Int(time(nil)) - 2
        let charts = try one.charts(of: "web01")
        #expect(charts.count > 100)
        #expect(try two.charts(of: "web01").keys.sorted() == charts.keys.sorted())
        var values = 0
        for id in charts.keys.sorted() {
            let first = try one.data(id, of: "web01", after: end - seconds, before: end)
            let second = try two.data(id, of: "web01", after: end - seconds, before: end)
            values += first.values
            let differences = first.differences(from: second, phase: 0.1)
            #expect(differences.isEmpty, "\(id): \(differences.prefix(5))")
        }
        #expect(values > 100 * seconds, "hardly anything was compared: \(values) values")
    }

    private static func sleepUntilNextSecond(plusMicroseconds extra: Int64) {
        let now = SystemClock().now()
        usleep(UInt32(1_000_000 - now % 1_000_000 + extra))
    }
}
