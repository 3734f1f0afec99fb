import Diagnostics
import Testing

/// 2026-11-22 09:26:23 UTC in microseconds.
private let moment: Int64 = 1_795_339_583_000_000
/// A zone that is two hours ahead, and one more in the summer of 2026 as of March 29th, 01:00 UTC.
private let zone = LocalTime { wall in wall >= 1_774_749_600 && wall < 1_792_893_600 ? 10_800 : 7200 }

@Suite struct LineClockTests {
    @Test(
        arguments: [
            ("2026-11-22 09:26:23: netdata ERROR : MAIN : m", moment - 7_200_000_000),
            ("2026-11-22 09:26:23: STREAM: 5 'x'", moment - 7_200_000_000),
            ("2026-06-22 09:26:23: netdata: ERROR: m", 1_782_120_383_000_000 - 10_800_000_000),
            ("2026-11-22T09:26:23Z what else", moment),
            ("time=2026-11-22T09:26:23.123+00:00 comm=netdata msg=a", moment + 123_000),
            ("time=\"2026-11-22T09:26:23.123456+01:00\" msg=a", moment + 123_456 - 3_600_000_000),
            ("time=2026-11-22T09:26:23-0130 msg=a", moment + 5_400_000_000),
            ("level=info time=2026-11-22T09:26:23Z msg=a", moment),
            ("time=1795339583 msg=a", moment), ("time=1795339583000 msg=a", moment),
            ("time=9999-12-31T23:59:59.999999Z msg=a", 253_402_300_799_999_999),
            (#"{"msg":"a","time":"2026-11-22T09:26:23.5Z"}"#, moment + 500_000),
            (#"{"MESSAGE":"a","__REALTIME_TIMESTAMP":"1795339583000007"}"#, moment + 7),
            (
                #"{"MESSAGE":"a","__REALTIME_TIMESTAMP":"5","_SOURCE_REALTIME_TIMESTAMP":"1795339583000007"}"#,
                moment + 7
            ),
        ] as [(String, Int64)]
    )
    func everyLayout(line: String, at: Int64) {
        var clock = LineClock(zone)
        #expect(clock.moment(of: ArraySlice(line.utf8)) == at, "\(line)")
    }

    @Test(arguments: [
        "", "netdata: ERROR: m", "2026-13-22 09:26:23: m", "2026-11-22 24:26:23: m", "2026-11-22 09:26", "time= msg=a",
        "time=12 msg=a", "time=999999999999999999999 msg=a", "time=123456789012345678 msg=a", "{", #"{"time":"x"}"#,
        "2026-11-22_09:26:23", "20261122 09:26:23 and so on",
    ])
    func linesWithoutATime(line: String) {
        var clock = LineClock(zone)
        #expect(clock.moment(of: ArraySlice(line.utf8)) == nil, "\(line)")
    }

    @Test func cutAnywhere() {
        for line in [
            "2026-11-22 09:26:23.123456+01:00: m", "time=\"2026-11-22T09:26:23.123456+01:00\" msg=a",
            #"{"time":"2026-11-22T09:26:23.5Z","msg":"a"}"#,
        ] {
            var clock = LineClock(zone)
            let bytes = Array(line.utf8)
            for end in 0...bytes.count {
                _ = clock.moment(of: bytes[..<end])
                _ = clock.moment(of: bytes[end...])
            }
        }
    }

    /// What is shown of a moment is read as that moment again, also across the changes of a zone.
    @Test func thereAndBack() {
        for step in 0..<5000 as Range<Int64> {
            let seconds = 1_600_000_000 + step * 86_413
            let shown = localDate(seconds * 1_000_000, zone)
            var clock = LineClock(zone)
            let read = clock.moment(of: ArraySlice((shown + ": m").utf8))
            // The hour that comes twice.
            let isTwice = (1_792_882_800..<1_792_886_400 + 3600).contains(seconds)
            #expect(read == seconds * 1_000_000 || isTwice, "\(shown) \(seconds)")
            var universal = LineClock(zone)
            #expect(universal.moment(of: universalDate(seconds * 1_000_000 + 5)) == seconds * 1_000_000 + 5)
        }
        #expect(localDate(-1, .utc) == "1969-12-31 23:59:59")
    }
}

@Suite struct SpokenTimeTests {
    private func expect(_ text: String, _ at: Int64?, _ location: SourceLocation = #_sourceLocation) {
        #expect(SpokenTime.moment(text, now: moment, zone) == at, "\(text)", sourceLocation: location)
    }

    private let second: Int64 = 1_000_000
    /// 2026-11-22 00:00 where it is two hours ahead; now is 11:26:23 there.
    private let midnight = moment - (11 * 3600 + 26 * 60 + 23) * 1_000_000

    @Test func agesAndDays() {
        expect("now", moment)
        expect("10m", moment - 600 * second)
        expect("10m ago", moment - 600 * second)
        expect("-10m", moment - 600 * second)
        expect("2h30m", moment - 9000 * second)
        expect("1d", moment - 86_400 * second)
        expect("1w", moment - 604_800 * second)
        expect("90 seconds", nil)
        expect("90seconds", moment - 90 * second)
        expect("today", midnight)
        expect("yesterday", midnight - 86_400 * second)
    }

    @Test func datesAndTimes() {
        expect("2026-11-22 11:26:23", moment)
        expect("2026-11-22T11:26:23", moment)
        expect("2026-11-22 11:26", moment - 23 * second)
        expect("2026-11-22", midnight)
        expect("2026-11-22T09:26:23Z", moment)
        expect("2026-11-22T09:26:23.5+00:00", moment + second / 2)
        expect("2026-11-22T10:26+01:00", moment - 23 * second)
        expect("2026-11-22 10:26:23 +01:00", moment)
        expect("11:26", moment - 23 * second)
        expect("9:05:07", midnight + (9 * 3600 + 5 * 60 + 7) * second)
        // Later than now is yesterday's.
        expect("23:50", midnight - 600 * second)
        expect("1795339583", moment)
        expect("@1795339583", moment)
        expect("1795339583.25", moment + second / 4)
    }

    /// Whatever is typed: an answer or none, and no crash.
    @Test func anything() {
        let seed = UInt64.random(in: 0 ... .max)
        var random = Generator(state: seed)
        let letters = Array("0123456789012345678901234567890 -:.TZ+@smhdw ago")
        for _ in 0..<20_000 {
            let text = String((0..<Int(random.next() % 24)).map { _ in letters.randomElement(using: &random)! })
            _ = SpokenTime.moment(text, now: moment, zone)
            var clock = LineClock(zone)
            _ = clock.moment(of: ArraySlice(("time=" + text + " msg=a").utf8))
            _ = clock.moment(of: ArraySlice(text.utf8))
        }
    }

    @Test(arguments: [
        "", " ", "soon", "10", "10x", "m", "25:00", "12:60", "1:2", "2026-11-32", "2026-13-01", "2026-11-22 25:00",
        "12345",
        "10m later", "999999999w", "99999999d99999999d", "9999999999999m", "179533958x", "1795339583.",
        "2026-11-22 11:26:23 there", "99999999999999999999m", "-", "11:26:61",
    ])
    func whatIsNoTime(text: String) { expect(text, nil) }
}
