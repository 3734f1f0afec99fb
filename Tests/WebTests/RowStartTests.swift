import Basics
import Testing

@testable import Web

/// Whatever the row before, a row's start is what it would be alone.
@Suite struct RowStartTests {
    /// Forwards, backwards, in steps and anywhere; before 1970 and in years of many digits.
    private static let times: [Int64] =
        Array(0..<250) + Array((0..<250).reversed()) + Array(-130...130)
        + stride(from: 1_764_290_000, to: 1_764_300_000, by: 37)
        + stride(from: 1_764_300_000, to: 1_764_290_000, by: -60)
        + [99, 100, 199, 200, 100, 99, 1_764_290_099, 1_764_290_000, 99_999_999_999, 253_402_300_800, 1 << 60]
        + [.max - 86_400]

    @Test(arguments: [0, 3600, -1800, 20_700, 1172])
    func isTheSameAsAlone(shift: Int64) {
        let calendar = LocalCalendar { $0 < 1_764_295_200 ? shift : shift + 3600 }
        for form in [RowStart.Form.seconds, .milliseconds, .date] {
            var start = RowStart(",\n[", form, calendar)
            var alone = calendar
            for time in Self.times {
                start.set(time)
                var expected = Array(",\n[".utf8)
                switch form {
                case .seconds: expected += Array("\(time)".utf8)
                case .milliseconds: expected += Array("\(time)000".utf8)
                case .date: expected.append(date: alone.time(time))
                }
                var bytes: [UInt8] = []
                bytes.append(short: start.text)
                #expect(bytes == expected, "\(time), \(form)")
            }
        }
    }
}
