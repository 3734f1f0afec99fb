import Basics
import Testing

@testable import Store

@Suite("The text of a stored number (web API §6)")
struct StorageNumberTextTests {
    private func line(_ codes: [UInt32]) -> String {
        var bytes: [UInt8] = []
        codes.withUnsafeBufferPointer { bytes.append("<", codes: $0, separator: UInt8(ascii: ";"), ">") }
        return String(decoding: bytes, as: UTF8.self)
    }

    private func lineOfValues(_ codes: [UInt32]) -> String {
        var bytes: [UInt8] = []
        codes.map(StorageNumber.value)
            .withUnsafeBufferPointer { bytes.append("<", decimals: $0, separator: UInt8(ascii: ";"), ">") }
        return String(decoding: bytes, as: UTF8.self)
    }

    @Test(
        "is that of its value",
        arguments: [0, 1, 9, 10, 12_345, 100_000, 1_000_000, 9_999_999, 10_000_000, 16_777_215]
    )
    func borders(mantissa: UInt32) {
        for high: UInt32 in 0...255 {
            let codes = [high << 24 | mantissa]
            #expect(line(codes) == lineOfValues(codes), "\(String(codes[0], radix: 16))")
        }
    }

    /// Also of codes that nobody makes: a file may have them.
    @Test("is that of its value, for any code and in rows of any length")
    func anyCode() {
        let seed = UInt64.random(in: 0 ... .max)
        var random = SeededGenerator(seed: seed)
        for length in 0..<2000 {
            let codes = (0..<length % 50).map { _ in
                let code = UInt32.random(in: 0 ... .max, using: &random)
                return switch Int.random(in: 0..<8, using: &random) {
                case 0: StorageNumber.empty
                case 1: code & ~StorageNumber.mantissa
                // Numbers with zeros at their ends.
                case 2: code & ~StorageNumber.mantissa | [1, 20, 300, 70_000, 8_000_000].randomElement(using: &random)!
                case 3: code | StorageNumber.multiplies
                default: code & ~StorageNumber.multiplies
                }
            }
            guard line(codes) != lineOfValues(codes) else { continue }
            Issue.record(
                "seed \(seed): \(codes.map { String($0, radix: 16) }): \(line(codes)), not \(lineOfValues(codes))"
            )
            return
        }
    }

    @Test("is short for what is frequent")
    func frequent() {
        let codes = [0, 1, -1, 0.5, 12.25, -100.0625, 0.0000001, 1_000_000, 1e9].map { StorageNumber.encode($0) }
        #expect(
            line(codes + [StorageNumber.empty]) == "<;0;1;-1;0.5;12.25;-100.0625;0.0000001;1000000;1000000000;null>"
        )
        #expect(line([]) == "<>")
    }
}
