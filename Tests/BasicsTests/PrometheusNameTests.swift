import Testing

@testable import Basics

@Suite struct PrometheusNameTests {
    @Test(arguments: [
        ("system.cpu", "system_cpu"), ("Az09", "Az09"), ("9 x", "9_x"), ("a-b:c/d", "a_b_c_d"), ("\u{e9}", "__"),
        ("", ""),
    ])
    func onlyLettersAndDigitsStay(_ text: String, _ name: String) { #expect(PrometheusName.cleaned(text) == name) }

    @Test(arguments: [("9 x", "_9_x"), ("0", "_0"), ("x9", "x9"), ("_9", "_9"), ("", "")])
    func noDigitIsInFront(_ text: String, _ name: String) { #expect(PrometheusName.whole(text) == name) }

    @Test(arguments: [
        ("context switches/s", "_context_switches_persec"), ("%", "_percent"), ("KiB", "_KiB"), ("", "_"),
        ("packets/drop", "_packets_drop"), ("\u{b0}C", "___C"),
    ])
    func unitsBecomePartOfTheName(_ units: String, _ name: String) { #expect(PrometheusName.units(units) == name) }

    @Test func oldUnitsHaveTheirOldNames() {
        #expect(PrometheusName.units("KiB/s", areOld: true) == "_kilobytes_persec")
        #expect(PrometheusName.units("percentage", areOld: true) == "_percent")
        #expect(PrometheusName.units("things", areOld: true) == "_things")
    }

    @Test(arguments: [
        ("plain \u{e9}", "plain \u{e9}"), ("a\"b\\c", #"a\"b\\c"#), ("a\nb\r\tc", #"a\nb  c"#), ("", ""),
    ])
    func valuesStayInTheirLine(_ text: String, _ value: String) { #expect(PrometheusName.escaped(text) == value) }
}
