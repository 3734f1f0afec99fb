import Testing

@testable import Basics

@Suite struct ShortTextTests {
    @Test func isCopiedWithNothingBehindIt() {
        for count in 0...32 {
            let text = [UInt8](0..<UInt8(count))
            #expect(copy(of: ShortText(text)) == text)
            #expect(copy(of: ShortText(text, digits: count - 2)) == text)
        }
    }

    @Test func whatIsTooLongIsCut() {
        #expect(copy(of: ShortText([UInt8](repeating: 7, count: 33))) == [UInt8](repeating: 7, count: 32))
    }

    @Test(arguments: [0, 6, 30])
    func twoDigitsChange(place: Int) {
        let around = [UInt8](repeating: UInt8(ascii: "-"), count: 32)
        var text = ShortText(around, digits: place)
        for number in 0..<100 {
            text.set(twoDigits: number)
            var expected = around
            expected.replaceSubrange(place..<place + 2, with: Array((number < 10 ? "0\(number)" : "\(number)").utf8))
            #expect(copy(of: text) == expected)
        }
    }

    /// What it is, behind and in front of other bytes.
    private func copy(of text: ShortText) -> [UInt8] {
        var bytes: [UInt8] = [200]
        bytes.append(short: text)
        bytes.append(201)
        #expect(bytes.first == 200 && bytes.last == 201 && bytes.count == text.count + 2)
        return Array(bytes.dropFirst().dropLast())
    }
}
