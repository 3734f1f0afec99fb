import Diagnostics
import Testing

@testable import TUI

/// What `tail` prints, as people read it.
@Suite struct TailPrinterTests {
    private let matcher = TemplateMatcher()
    private static let refusal =
        "netdata ERROR : WEB_SERVER[static1] : STREAM [receive from [10.0.9.4]:54824]: API key '99999999-2222-3333-4444-555555555555' is not allowed. Forbidding access."
    private static let ended =
        "netdata ERROR : STREAM_RECEIVER[web-01,[10.0.4.11]:43602] : STREAM web-01 [receive from [10.0.4.11]:43602]: disconnected (completed 5123 updates)."
    private static let begun =
        "netdata INFO  : STREAM_RECEIVER[web-01,[10.0.4.11]:43602] : STREAM web-01 [receive from [10.0.4.11]:43602]: receiving metrics..."

    private func line(_ text: String, second: Int, source: String? = nil) -> TailLine {
        let moment = Int64(1_795_339_583 + second) * 1_000_000
        let raw = localDate(moment, .utc) + ": " + text
        return TailLine(RecognisedLine(LogLine(raw), matcher), moment: moment, source: source, raw: Array(raw.utf8))
    }

    private func printed(_ form: TailForm, _ appearance: Appearance = Appearance(), sources: [String] = []) -> String {
        let zone = LocalTime { _ in 3600 }
        var printer = TailPrinter(form, appearance: appearance, isColored: false, zone: zone, sources: sources)
        var bytes: [UInt8] = []
        let second = sources.count > 1 ? sources[1] : nil
        bytes += printer.text(line(Self.refusal, second: 0, source: sources.first))
        bytes += printer.same(line(Self.refusal, second: 85, source: sources.first), count: 1299, every: 284_000)
        bytes += printer.text(line(Self.refusal, second: 90, source: sources.first))
        bytes += printer.text(line(Self.begun, second: 91, source: second))
        bytes += printer.text(line(Self.ended, second: 92, source: second))
        bytes += printer.same(line(Self.ended, second: 600, source: second), count: 4, every: nil)
        bytes += printer.missing(1204)
        return String(decoding: bytes, as: UTF8.self)
    }

    @Test func forPeople() throws {
        try expectGolden(printed(.pretty), "tail-pretty.txt")
        try expectGolden(printed(.pretty, Appearance(unicode: false)), "tail-pretty-ascii.txt")
        try expectGolden(
            printed(.pretty, sources: ["parent/error.log", "child-of-a-long-name/error.log"]),
            "tail-pretty-sources.txt"
        )
    }

    @Test func forPrograms() throws {
        for form in [TailForm.raw, .json, .logfmt] {
            var printer = TailPrinter(form, appearance: Appearance(), isColored: false, zone: .utc)
            let lines = [Self.refusal, Self.begun, Self.ended].map { printer.text(line($0, second: 5)) }
            try expectGolden(String(decoding: lines.joined(), as: UTF8.self), "tail-\(form.rawValue).txt")
        }
    }

    /// What is written as JSON or as fields is read again as what it was.
    @Test(arguments: [TailForm.json, .logfmt]) func aFormIsReadAgain(form: TailForm) {
        var printer = TailPrinter(form, appearance: Appearance(), isColored: false, zone: .utc)
        for text in [Self.refusal, Self.begun, Self.ended, "STREAM \"quoted\" = \u{e4}\t\u{1b}[31m \\ end"] {
            let original = line(text, second: 5)
            let written = printer.text(original).dropLast()
            #expect(!written.contains(10))
            let read = RecognisedLine(LogLine(written), matcher)
            #expect(
                read.condition == original.recognised.condition && read.line.message == original.recognised.line.message
            )
            #expect(read.host == original.recognised.host && read.line.thread == original.recognised.line.thread)
            var clock = LineClock(.utc)
            #expect(clock.moment(of: written) == original.moment)
        }
    }

    @Test func rawBytesAndTerminals() {
        let bytes: [UInt8] = [0x61, 0x1b, 0x5b, 0xff]
        let line = TailLine(RecognisedLine(LogLine(bytes), matcher), moment: nil, source: nil, raw: bytes)
        var file = TailPrinter(.raw, appearance: Appearance(), isColored: false, zone: .utc)
        #expect(file.text(line) == bytes + [10])
        var terminal = TailPrinter(.raw, appearance: Appearance(), isColored: false, isTerminal: true, zone: .utc)
        #expect(String(decoding: terminal.text(line), as: UTF8.self) == "a\\x1b[\u{fffd}\n")
    }

    @Test func howOften() {
        let printer = TailPrinter(appearance: Appearance(), isColored: false, zone: .utc)
        func same(_ count: Int, _ every: Int64?) -> String {
            let text = String(
                decoding: printer.same(line(Self.begun, second: 0), count: count, every: every),
                as: UTF8.self
            )
            return String(text.dropLast().drop { $0 != "," }.dropFirst(2))
        }
        #expect(same(299, 300_000) == "299 more, every 0.3 s" && same(2, nil) == "2 more")
        #expect(same(2, 12_000_000) == "2 more, every 12 s" && same(2, 300_000_000) == "2 more, every 5 min")
        #expect(same(1_234_567, 49_000) == "1,234,567 more")
    }

    @Test func summaries() throws {
        var summary = TailSummary(appearance: Appearance(), zone: .utc)
        #expect(summary.closing.isEmpty)
        summary.beginMinutes(now: 0)
        for number in 0..<301 { summary.count(line(Self.refusal, second: number / 4)) }
        for number in 0..<2 { summary.count(line(Self.ended, second: number)) }
        summary.count(line(Self.begun, second: 3))
        #expect(summary.minute(now: 59_999_999, date: 0) == nil)
        let minute = summary.minute(now: 60_000_000, date: 1_795_339_643_000_000) ?? ""
        #expect(summary.minute(now: 130_000_000, date: 0) == nil, "nothing happened")
        for number in 0..<30 {
            summary.count(line("netdata ERROR : X : STREAM new words [send to p]: \(number)", second: 100))
            let other = Self.refusal.replacing("10.0.9.4", with: "10.0.9.\(number + 10)")
            summary.count(line(other, second: 100))
        }
        let next = summary.minute(now: 200_000_000, date: 1_795_339_703_000_000) ?? ""
        try expectGolden(minute + next + summary.closing, "tail-summary.txt")
    }
}
