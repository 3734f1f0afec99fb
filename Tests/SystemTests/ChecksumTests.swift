import Testing

@testable import System

@Suite struct ChecksumTests {
    /// RFC 3720 §B.4.
    @Test func knownSums() {
        #expect(Checksum.of([UInt8](repeating: 0, count: 32)) == 0x8a91_36aa)
        #expect(Checksum.of([UInt8](repeating: 0xff, count: 32)) == 0x62a8_ab43)
        #expect(Checksum.of((0..<32).map { UInt8($0) }) == 0x46dd_794e)
        #expect(Checksum.of(Array("123456789".utf8)) == 0xe306_9283)
        #expect(Checksum.of([]) == 0)
    }

    @Test func theTableSaysTheSameAsTheInstruction() {
        let bytes = (0..<300).map { UInt8(truncatingIfNeeded: $0 * 151 ^ $0 >> 3) }
        for count in bytes.indices {
            #expect(Checksum.of(Array(bytes[..<count])) == Checksum.byTable(Array(bytes[..<count])))
        }
    }

    @Test func partsGiveTheSumOfTheWhole() {
        var checksum = Checksum()
        checksum.add([1, 2, 3])
        var rest = Checksum(after: checksum.value)
        rest.add(0x0706_0504)
        #expect(rest.value == Checksum.of([1, 2, 3, 4, 5, 6, 7]))
    }
}
