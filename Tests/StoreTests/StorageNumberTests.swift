import Basics
import Testing

@testable import Store

@Suite("The 32-bit number of a stored point (web API §6)")
struct StorageNumberTests {
    @Test(
        "shows about seven digits",
        arguments: [
            (12.3456789, "12.345679"), (123_456_789, "123456790"), (99.9999999, "100"), (0, "0"), (1, "1"), (-1, "-1"),
            (0.1, "0.1"), (16_777_215, "16777215"), (16_777_216, "16777220"), (4_294_967_295, "4294967000"),
            (666.666666666, "666.6667"), (33.3333333333, "33.33333"), (16.6666666666, "16.666667"),
            (-2.25, "-2.25"), (0.0000001, "0.0000001"), (0.00000004, "0"), (3_006_476_000.4, "3006476000"),
        ]
    )
    func digits(number: Double, printed: String) throws {
        var bytes: [UInt8] = []
        appendDecimal(try #require(StorageNumber.decode(StorageNumber.encode(number))), to: &bytes)
        #expect(String(decoding: bytes, as: UTF8.self) == printed)
    }

    @Test("has no form for what is no number")
    func noNumber() {
        for number in [Double.nan, .infinity, -.infinity] {
            #expect(StorageNumber.encode(number) == StorageNumber.empty)
        }
        #expect(StorageNumber.decode(StorageNumber.empty) == nil)
    }

    @Test("is 0 for subnormal numbers")
    func subnormal() {
        #expect(StorageNumber.decode(StorageNumber.encode(.leastNonzeroMagnitude)) == 0)
        #expect(StorageNumber.decode(StorageNumber.encode(-.leastNonzeroMagnitude)) == 0)
    }

    @Test("ends at 16777215e14")
    func largest() {
        #expect(StorageNumber.decode(StorageNumber.encode(1e300)) == 16_777_215e14)
        #expect(StorageNumber.decode(StorageNumber.encode(-1e300)) == -16_777_215e14)
    }

    @Test("carries the reset mark beside any value")
    func resetMark() {
        for number in [0, 1, -3.5, 1e12] {
            let code = StorageNumber.encode(number, flags: StorageNumber.reset)
            #expect(StorageNumber.hasReset(code))
            #expect(StorageNumber.decode(code) == StorageNumber.decode(StorageNumber.encode(number)))
            #expect(!StorageNumber.hasReset(StorageNumber.encode(number)))
        }
    }

    @Test("is what the rule says step by step, for any number")
    func reference() {
        let seed = UInt64.random(in: 0 ... .max)
        var random = SeededGenerator(seed: seed)
        var wrong: [Double] = []
        for _ in 0..<200_000 {
            let number = Self.anyNumber(&random)
            if StorageNumber.decode(StorageNumber.encode(number)) != Self.decodedByRule(number) { wrong.append(number) }
        }
        #expect(wrong.isEmpty, "seed \(seed): \(wrong.prefix(5).map { "\($0)" })")
    }

    @Test("is what the rule says beside every border between two scales")
    func borders() {
        for power in -8...16 {
            for border in [1_677_721.5, 1_677_726.0, 16_777_215.0, 16_777_215.5, 16_777_216.0] {
                var number = border
                for _ in 0..<abs(power) { number = power < 0 ? number / 10 : number * 10 }
                for near in [number.nextDown, number, number.nextUp, number * (1 + 1e-9), number * (1 - 1e-9)] {
                    #expect(StorageNumber.decode(StorageNumber.encode(near)) == Self.decodedByRule(near), "\(near)")
                }
            }
        }
    }

    /// All magnitudes; integers, halves and decimals more often than chance would have it.
    private static func anyNumber(_ random: inout SeededGenerator) -> Double {
        let sign: Double = random.next() & 1 == 0 ? 1 : -1
        switch random.next() % 5 {
        case 0: return Double(bitPattern: random.next())
        case 1: return sign * Double(random.next() % 100_000_000)
        case 2: return sign * Double(random.next() % 100_000_000) / 2
        case 3: return sign * Double(random.next() >> (random.next() % 63)) / 1000
        default: return sign * Double.random(in: 0..<1, using: &random) * pow10(Int(random.next() % 24) - 9)
        }
    }

    private static func pow10(_ exponent: Int) -> Double {
        (0..<abs(exponent)).reduce(1.0) { product, _ in exponent < 0 ? product / 10 : product * 10 }
    }

    /// §6, written without a look at the implementation: no tables, no bits.
    private static func decodedByRule(_ number: Double) -> Double? {
        guard number.isFinite else { return nil }
        guard number != 0 else { return 0 }
        var magnitude = abs(number)
        let top = 16_777_215.0
        var steps = 0
        var value: Double
        if magnitude > top {
            let factor = magnitude / 1e7 > top ? 100.0 : 10.0
            while steps < 7 && magnitude > top {
                magnitude /= factor
                steps += 1
            }
            if magnitude > top { magnitude = top }
            value = magnitude.rounded(.toNearestOrEven) * pow(factor, steps)
        } else {
            while steps < 7 && magnitude < 1_677_726 {
                magnitude *= 10
                steps += 1
            }
            if magnitude > top {
                magnitude /= 10
                steps -= 1
            }
            value = magnitude.rounded(.toNearestOrEven) * (1 / pow(10, steps))
        }
        if number < 0 { value = -value }
        return value
    }

    private static func pow(_ base: Double, _ exponent: Int) -> Double {
        (0..<exponent).reduce(1.0) { product, _ in product * base }
    }
}
