import Glibc
import Testing

@testable import Basics

/// Numbers as the API prints them (web API §6).
@Suite struct DecimalTests {
    private func decimal(_ number: Double) -> String { text { appendDecimal(number, to: &$0) } }

    @Test(arguments: [
        (0.0, "0"), (-0.0, "0"), (1, "1"), (-1, "-1"), (0.5, "0.5"), (-0.25, "-0.25"), (10, "10"), (100.10, "100.1"),
        (0.1234567, "0.1234567"), (0.00000005, "0"), (0.00000015, "0.0000002"), (0.99999999, "1"),
        (1.99999999, "2"), (-0.99999999, "-1"), (0.0000001, "0.0000001"), (1e17, "100000000000000000"),
        (1e18, "1000000000000000000"), (1e22, "10000000000000000000000"),
        (1_180_591_620_717_411_303_424, "1180591620717411303424"), (.infinity, "null"), (-.infinity, "null"),
        (.nan, "null"),
    ])
    func prints(number: Double, expected: String) { #expect(decimal(number) == expected) }

    /// Numbers of at most seven decimals come out as they are written.
    @Test func sevenDecimalsAreExact() {
        var random = SeededRandom(3)
        for _ in 0..<20_000 {
            let count = Int64.random(in: -99_999_999_999...99_999_999_999, using: &random)
            var expected = String(count.magnitude % 10_000_000)
            expected = String(repeating: "0", count: 7 - expected.utf8.count) + expected
            while expected.hasSuffix("0") { expected.removeLast() }
            let whole = (count < 0 ? "-" : "") + String(count.magnitude / 10_000_000)
            #expect(decimal(Double(count) / 10_000_000) == (expected.isEmpty ? whole : whole + "." + expected))
        }
    }

    @Test func neverFurtherOffThanHalfTheLastDecimal() throws {
        var random = SeededRandom(4)
        for _ in 0..<20_000 {
            let number = Double.random(in: -1...1, using: &random) * exp2(Double.random(in: -30...40, using: &random))
            let printed = try #require(Double(decimal(number)))
            #expect(abs(printed - number) <= 0.500_000_1e-7 + number.ulp, "\(number)")
        }
    }

    /// Digit by digit what the definition says: the product, rounded half to even, with a point and without zeros at its end.
    @Test func millionsOfNumbersAreTheirDefinition() {
        let seed = UInt64.random(in: 0...(.max))
        print("seed of the numbers: \(seed)")
        var random = SeededRandom(seed)
        var (row, expected): ([Double], [UInt8]) = ([], [])
        for round in 0..<2_000_000 {
            let number =
                switch round % 5 {
                case 0: Double(Int64.random(in: -99_999_999_999...99_999_999_999, using: &random)) / 1e7
                case 1: Double.random(in: -1...1, using: &random) * exp2(Double.random(in: -40...59, using: &random))
                case 2: Double(Int64.random(in: -1000...1000, using: &random)) / 100
                // Right between two numbers of seven decimals.
                case 3: Double(2 * Int64.random(in: -1_000_000_000...1_000_000_000, using: &random) + 1) / 2e7
                default: Double(Int64(bitPattern: random.next()) >> Int64.random(in: 4...63, using: &random))
                }
            row.append(number)
            expected.append(UInt8(ascii: ";"))
            appendByDefinition(number, to: &expected)
            guard row.count == 23 else { continue }
            var written: [UInt8] = []
            row.withUnsafeBufferPointer { written.append(decimals: $0, separator: UInt8(ascii: ";")) }
            var single: [UInt8] = []
            for number in row {
                single.append(UInt8(ascii: ";"))
                appendDecimal(number, to: &single)
            }
            var line: [UInt8] = []
            row.withUnsafeBufferPointer {
                line.append("<-", decimals: $0, separator: UInt8(ascii: ";"), "->")
            }
            guard written == expected, single == expected, line == Array("<-".utf8) + expected + Array("->".utf8)
            else {
                Issue.record("\(row): \(String(decoding: line, as: UTF8.self))")
                return
            }
            row.removeAll(keepingCapacity: true)
            expected.removeAll(keepingCapacity: true)
        }
    }

    /// What is no number, and what is too long for the room there is, anywhere in a line.
    @Test(arguments: [(Double.nan, "null"), (-.infinity, "null"), (1e22, "10000000000000000000000"), (7.5, "7.5")])
    func unusualNumbersStandInLines(_ number: Double, _ text: String) {
        for width in [1, 2, 15, 16, 17, 40] {
            for place in 0..<width {
                var row = [Double](repeating: 1.25, count: width)
                row[place] = number
                var texts = [String](repeating: "1.25", count: width)
                texts[place] = text
                var line: [UInt8] = []
                row.withUnsafeBufferPointer { line.append("[now", decimals: $0, separator: UInt8(ascii: ","), "]") }
                #expect(String(decoding: line, as: UTF8.self) == "[now," + texts.joined(separator: ",") + "]")
            }
        }
        var line: [UInt8] = []
        line.append("[", decimals: UnsafeBufferPointer(start: nil, count: 0), separator: 0, "]")
        #expect(String(decoding: line, as: UTF8.self) == "[]")
    }

    /// Right below and above the border between short numbers and others, also where they are rounded over it.
    @Test(arguments: [
        (9998.99999996, "9999"), (9998.9999999, "9998.9999999"), (9999, "9999"), (9999.99999996, "10000"),
        (9, "9"), (9.99999996, "10"), (10, "10"), (99.5, "99.5"), (100, "100"), (1000, "1000"), (-9998.5, "-9998.5"),
        (-0.00000001, "-0"), (0.99999996, "1"),
    ])
    func bordersOfShortNumbers(_ number: Double, _ text: String) {
        #expect(decimal(number) == text)
        var fixed: [UInt8] = []
        fixed.append(fixed: number, Array(" end".utf8))
        var expected: [UInt8] = []
        appendFixed(number, decimals: 7, to: &expected)
        #expect(fixed == expected + Array(" end".utf8))
    }

    private func appendByDefinition(_ number: Double, to bytes: inout [UInt8]) {
        var whole = UInt64(number.magnitude)
        var decimals = UInt64(((number.magnitude - Double(whole)) * 1e7).rounded(.toNearestOrEven))
        if decimals == 10_000_000 { (whole, decimals) = (whole + 1, 0) }
        if number < 0 { bytes.append(UInt8(ascii: "-")) }
        bytes += String(whole).utf8
        guard decimals > 0 else { return }
        let digits = Array(String(10_000_000 + decimals).utf8.dropFirst())
        bytes.append(UInt8(ascii: "."))
        bytes += digits[...digits.lastIndex { $0 != UInt8(ascii: "0") }!]
    }

    @Test func rowsMayHaveAnythingInThem() {
        let row = [1.5, .nan, 1e300, -2, .infinity, -1e18, 0]
        let bytes = row.withUnsafeBufferPointer { row in
            text { $0.append(decimals: row, separator: UInt8(ascii: ",")) }
        }
        #expect(bytes == "," + row.map(decimal).joined(separator: ","))
        #expect(bytes.hasSuffix(",null,-1000000000000000000,0"))
        let empty = text { $0.append(decimals: UnsafeBufferPointer(start: nil, count: 0), separator: 0) }
        #expect(empty.isEmpty)
    }

    /// Beyond 64 bits a double is an integer, and all its digits are printed.
    @Test func hugeNumbersAreExact() {
        var random = SeededRandom(5)
        for _ in 0..<500 {
            let number =
                Double.random(in: 1...2, using: &random) * exp2(Double(Int.random(in: 60...1022, using: &random)))
            #expect(decimal(number) == printed(number))
        }
        #expect(decimal(.greatestFiniteMagnitude) == printed(.greatestFiniteMagnitude))
        #expect(decimal(-.greatestFiniteMagnitude) == "-" + printed(.greatestFiniteMagnitude))
    }

    @Test func integers() {
        #expect(text { appendDigits(UInt64.max, to: &$0) } == "18446744073709551615")
        #expect(text { appendDigits(UInt64(0), to: &$0) } == "0")
        #expect(text { appendDigits(Int64.min, to: &$0) } == "-9223372036854775808")
        #expect(text { appendDigits(Int64.max, to: &$0) } == "9223372036854775807")
        var random = SeededRandom(6)
        for _ in 0..<2000 {
            let number = Int64(bitPattern: random.next()) >> Int64.random(in: 0...63, using: &random)
            #expect(text { appendDigits(number, to: &$0) } == String(number))
        }
    }

    /// What is there already stays.
    @Test func appends() {
        var bytes = Array("a=".utf8)
        appendDecimal(1.5, to: &bytes)
        appendDigits(UInt64(42), to: &bytes)
        #expect(String(decoding: bytes, as: UTF8.self) == "a=1.542")
    }

    private func fixed(_ number: Double, decimals: Int = 7) -> String {
        text { appendFixed(number, decimals: decimals, to: &$0) }
    }

    @Test(arguments: [
        (0.0, "0.0000000"), (-0.0, "-0.0000000"), (1, "1.0000000"), (-0.25, "-0.2500000"), (0.99999999, "1.0000000"),
        (-0.00000001, "-0.0000000"), (123_456_789.125, "123456789.1250000"),
        (999_999_999_999_999, "999999999999999.0000000"),
        (1e15, "1000000000000000.0000000"),
        (4_155_799_397_075_123.5, "4155799397075123.5000000"),
        (-1_125_899_906_842_623.875, "-1125899906842623.8750000"),
        (-1e20, "-100000000000000000000.0000000"), (.nan, "null"), (.infinity, "null"),
    ])
    func sevenDecimalsStay(number: Double, expected: String) { #expect(fixed(number) == expected) }

    /// What looks as if it was in the middle is above or below it, and C's printf sees that.
    @Test(arguments: [
        (0.10587565, 7, "0.1058757"), (0.15747025, 7, "0.1574703"), (0.74723575, 7, "0.7472357"),
        (-0.74723575, 7, "-0.7472357"),
        (0.945735, 5, "0.94573"), (0.416065, 5, "0.41607"), (0.029255, 5, "0.02925"), (3.835, 2, "3.83"),
        (0.015, 2, "0.01"),
        // What is in the middle goes to the even one.
        (0.00000011920928955078125, 7, "0.0000001"), (0.125, 2, "0.12"), (0.375, 2, "0.38"),
        (0.99609375, 7, "0.9960938"),
    ])
    func theLastDecimalIsExact(number: Double, decimals: Int, expected: String) {
        #expect(fixed(number, decimals: decimals) == expected)
    }

    @Test func otherDecimalsStayToo() {
        #expect(fixed(1.05, decimals: 0) == "1.")
        #expect(fixed(-2.5, decimals: 2) == "-2.50")
        #expect(fixed(77.12345, decimals: 5) == "77.12345")
    }

    /// Where a number has no more than seven decimals, or is far from the middle between two, they are the C library's.
    @Test func fixedNumbersAreTheLibrarys() {
        let seed = UInt64.random(in: 0...(.max))
        print("seed of the fixed numbers: \(seed)")
        var random = SeededRandom(seed)
        for _ in 0..<50_000 {
            let digits = Int64.random(in: -99_999_999_999...99_999_999_999, using: &random)
            let exact = Double(digits) / 1e7
            let any = Double(digits) / 1e7 + Double.random(in: -0.4...0.4, using: &random) / 1e7
            #expect(fixed(exact) == printed(exact, "%.7f"))
            if any.magnitude < 1000 { #expect(fixed(any) == printed(any, "%.7f")) }
            // From 2^53 on there are integers only, and up to it eighths, quarters and halves.
            let large = exp2(Double.random(in: 49...65, using: &random))
            let decimals = Int.random(in: 1...7, using: &random)
            #expect(fixed(large, decimals: decimals) == printed(large, "%.\(decimals)f"))
        }
    }

    /// The C library's digits.
    private func printed(_ number: Double, _ format: String = "%.0f") -> String {
        var buffer = [CChar](repeating: 0, count: 400)
        let count = withVaList([number]) { vsnprintf(&buffer, buffer.count, format, $0) }
        return String(decoding: buffer[..<Int(count)].map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}
