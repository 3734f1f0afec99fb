import Testing

@testable import TUI

@Suite struct FiguresTests {
    @Test func shortNumbers() {
        #expect(Figures.short(nil) == "-")
        #expect(Figures.short(.nan) == "-")
        #expect(Figures.short(0) == "0")
        #expect(Figures.short(310) == "310")
        #expect(Figures.short(999.4) == "999")
        #expect(Figures.short(999.5) == "1.0k")
        #expect(Figures.short(2_100) == "2.1k")
        #expect(Figures.short(9_949) == "9.9k")
        #expect(Figures.short(9_950) == "10k")
        #expect(Figures.short(184_200) == "184k")
        #expect(Figures.short(999_500) == "1.0M")
        #expect(Figures.short(-2_100) == "-2.1k")
        #expect(Figures.short(1e300) == ">999P")
    }

    @Test func rates() {
        #expect(Figures.rate(0) == "0 B/s")
        #expect(Figures.rate(412_300) == "412 kB/s")
        #expect(Figures.rate(2_610_000) == "2.61 MB/s")
        #expect(Figures.rate(999_500) == "1.00 MB/s")
        #expect(Figures.kilobytes(4_640) == "4.6")
        #expect(Figures.kilobytes(12_345_678) == "12346")
        #expect(Figures.kilobytes(1e300).count <= 7)
        #expect(Figures.memory(123_731_968) == "118 MiB")
    }

    @Test func times() {
        #expect(Figures.age(41) == "41s")
        #expect(Figures.age(3_599) == "59m")
        #expect(Figures.age(86_400 * 12) == "12d")
        #expect(Figures.age(-5) == "0s")
        #expect(Figures.age(1e300).isEmpty == false)
        #expect(Figures.lag(0.44) == "0.4s")
        #expect(Figures.lag(9.96) == "10s")
        #expect(Figures.lag(130) == "2m10")
        #expect(Figures.lag(7_200) == "2h")
        #expect(Figures.uptime(1_051_860) == "12d 04:11")
        #expect(Figures.uptime(61) == "00:01:01")
        #expect(Figures.clock(0, offset: 3_600) == "01:00:00")
        #expect(Figures.clock(-1, offset: 0) == "23:59:59")
        #expect(Figures.clock(1e300, offset: 0) == "-")
        #expect(Figures.signedSeconds(-0.01) == "+0.0s")
        #expect(Figures.signedSeconds(-3.12) == "-3.1s")
        #expect(Figures.signedSeconds(-300) == "-300s")
    }

    @Test func sparklines() {
        #expect(Sparkline.text([0, 1, 4, 8], width: 4, unicode: true) == " ▂▅█")
        #expect(Sparkline.text([0, 1, 4, 8], width: 6, unicode: false) == "   :+@")
        #expect(Sparkline.text(Array(repeating: 5, count: 60), width: 12, unicode: true) == "████████████")
        #expect(Sparkline.text([], width: 3, unicode: true) == "   ")
        #expect(Sparkline.text([1], width: 0, unicode: true) == "")
    }

    @Test func columnsFitEveryWidth() {
        for width in 37...250 {
            let placed = placedColumns(width: width)
            #expect(placed.reduce(0) { $0 + $1.width + 1 } - 1 <= width)
            #expect(placed.map(\.column).contains(.lag))
        }
    }

    @Test func wordsWrap() {
        #expect(wrapped("one two three", width: 7) == ["one two", "three"])
        #expect(wrapped("abcdefghij k", width: 4) == ["abcd", "efgh", "ij k"])
        #expect(wrapped("", width: 4) == [])
    }
}
