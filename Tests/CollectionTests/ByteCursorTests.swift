import Basics
import Testing

@testable import Collection

@Suite struct ByteCursorTests {
    private func reading<Result>(_ text: String, _ body: (inout ByteCursor) throws -> Result) rethrows -> Result {
        try Array(text.utf8).withUnsafeBufferPointer { bytes in
            var cursor = ByteCursor(bytes)
            return try body(&cursor)
        }
    }

    @Test func wordsEndAtBlanksAndLines() {
        reading("  cpu0\t1  22\r\nnext") { cursor in
            #expect(cursor.word().string == "cpu0")
            #expect(cursor.number() == 1)
            #expect(cursor.number() == 22)
            #expect(cursor.word().isEmpty == true)
            #expect(cursor.isAtLineEnd == true)
            #expect(cursor.nextLine() == true)
            #expect(cursor.word().string == "next")
            #expect(cursor.nextLine() == false)
            #expect(cursor.isAtEnd == true)
        }
    }

    @Test func aSeparatorIsABlankOnceMore() {
        reading("eth0:17 avg10=1.99") { cursor in
            #expect(cursor.word(separator: UInt8(ascii: ":")).string == "eth0")
            #expect(cursor.word(separator: UInt8(ascii: ":")).decimal == 17)
            #expect(cursor.word(separator: UInt8(ascii: "=")).string == "avg10")
            #expect(cursor.word(separator: UInt8(ascii: "=")).fixedPoint(decimals: 2) == 199)
        }
    }

    @Test func nothingIsNoNumber() {
        reading("") { cursor in
            #expect(cursor.isAtEnd == true)
            #expect(cursor.isAtLineEnd == true)
            #expect(cursor.number() == 0)
            #expect(cursor.word().isEmpty)
            #expect(cursor.nextLine() == false)
        }
    }

    @Test(
        arguments: [
            ("0", 0), ("17", 17), ("-1", -1), ("9223372036854775807", Int64.max), ("18446744073709551615", -1),
            ("12kB", 12), ("x", 0), ("-", 0), ("99999999999999999999999", 200_376_420_520_689_663),
        ] as [(String, Int64)]
    )
    func decimals(_ text: String, _ expected: Int64) {
        #expect(text.withWord { $0.decimal } == expected)
    }

    @Test(
        arguments: [
            ("1.99", 2, 199), ("1.9", 2, 190), ("1", 2, 100), ("1.999", 2, 199), ("0.05", 2, 5), ("100.00", 2, 10_000),
            ("-0.5", 1, -5), (".5", 1, 5), ("12345.67", 3, 12_345_670), ("1.2.3", 1, 12), ("", 3, 0),
        ] as [(String, Int, Int64)]
    )
    func fixedPoints(_ text: String, _ decimals: Int, _ expected: Int64) {
        #expect(text.withWord { $0.fixedPoint(decimals: decimals) } == expected)
    }

    @Test(
        arguments: [("0000001f", 31), ("FFFFFFff", 4_294_967_295), ("", 0), ("zz", 0), ("1g", 1)] as [(String, Int64)]
    )
    func hexadecimals(_ text: String, _ expected: Int64) {
        #expect(text.withWord { $0.hexadecimal } == expected)
    }
}
